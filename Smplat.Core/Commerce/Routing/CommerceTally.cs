using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Commerce.Routing;

/// <summary>
/// Raises the commerce counters from lines that have been written to <c>edge_logs</c>, a batch at a time: requests pay
/// nothing for it, and the counters agree with the lines.
/// </summary>
public sealed class CommerceTally(DurableCounters counters)
{
    private const string Success = "success";
    private const string Failure = "failure";

    public void Count(IReadOnlyList<EdgeLogRow> rows)
    {
        foreach (var group in rows.GroupBy(row => (row.Event, Provider: row.ProviderId ?? row.SelectedProviderId)))
        {
            Count(group.Key.Event, group.Key.Provider ?? "", [.. group]);
        }
    }

    private void Count(string name, string provider, IReadOnlyList<EdgeLogRow> rows)
    {
        switch (name)
        {
            case EdgeLogEvents.Latency:
                counters.Add(CommerceMetricNames.Requests, rows.Count);
                break;
            case EdgeLogEvents.Failure:
                counters.Add(CommerceMetricNames.Requests, rows.Count);
                counters.Add(CommerceMetricNames.Failures, rows.Count);
                break;
            case EdgeLogEvents.QuoteSuccess:
                counters.Add(CommerceMetricNames.Quotes, rows.Count, ("provider_id", provider), ("outcome", Success));
                break;
            case EdgeLogEvents.QuoteError:
                counters.Add(CommerceMetricNames.Quotes, rows.Count, ("provider_id", provider), ("outcome", "error"));
                break;
            case EdgeLogEvents.Decision:
                CountDecisions(provider, rows);
                break;
            case EdgeLogEvents.ConfirmSuccess:
                counters.Add(CommerceMetricNames.Confirmations, rows.Count, ("outcome", Success));
                break;
            case EdgeLogEvents.ConfirmFailure:
                counters.Add(CommerceMetricNames.Confirmations, rows.Count, ("outcome", Failure));
                break;
            case EdgeLogEvents.FailoverSuccess:
                counters.Add(CommerceMetricNames.Failovers, rows.Count, ("outcome", Success));
                break;
            case EdgeLogEvents.FailoverFailure:
                counters.Add(CommerceMetricNames.Failovers, rows.Count, ("outcome", Failure));
                break;
        }
    }

    private void CountDecisions(string provider, IReadOnlyList<EdgeLogRow> rows)
    {
        counters.Add(CommerceMetricNames.Selections, rows.Count, ("provider_id", provider));
        counters.Add(CommerceMetricNames.CartCents, rows.Sum(row => row.TotalCents ?? 0));
        counters.Add(CommerceMetricNames.CommissionCents, rows.Sum(row => row.CommissionCents ?? 0));

        // A dearer choice (speed, availability) saves nothing; it must not make the counter fall.
        counters.Add(
            CommerceMetricNames.SavingsCents,
            rows.Sum(row => Math.Max(0, (row.BestAlternativeCents ?? row.TotalCents ?? 0) - (row.TotalCents ?? 0))));
    }
}
