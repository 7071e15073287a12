using Smplat.Core.Observability.Counters;

namespace Smplat.Core.Commerce.EdgeLogs;

/// <summary>
/// Durable counters of the router, added up from the lines as they are written: every instance tells the same, and the
/// request path pays nothing for them.
/// </summary>
public static class EdgeLogCounters
{
    public const string Requests = "loopgpt_router_requests_total";
    public const string Quotes = "loopgpt_provider_quotes_total";
    public const string CredentialErrors = "loopgpt_provider_credential_errors_total";
    public const string Selections = "loopgpt_provider_selections_total";

    public static void Add(DurableCounters counters, IReadOnlyList<EdgeLogRow> rows)
    {
        var sums = new Dictionary<(string Name, string Label, string Value, string Outcome), int>();
        foreach (var row in rows)
        {
            if (row.FunctionName == EdgeLogEvents.RouteOrder)
            {
                Count(sums, row);
            }
        }

        foreach (var ((name, label, value, outcome), count) in sums)
        {
            if (label.Length == 0)
            {
                counters.Add(name, count, ("outcome", outcome));
            }
            else if (outcome.Length == 0)
            {
                counters.Add(name, count, (label, value));
            }
            else
            {
                counters.Add(name, count, (label, value), ("outcome", outcome));
            }
        }
    }

    private static void Count(Dictionary<(string, string, string, string), int> sums, EdgeLogRow row)
    {
        switch (row.Event)
        {
            case EdgeLogEvents.QuoteSuccess:
                One((Quotes, "provider_id", row.ProviderId!, "success"));
                break;
            case EdgeLogEvents.QuoteError:
                One((Quotes, "provider_id", row.ProviderId!, "error"));
                if (Providers.ProviderFailureCodes.IsCredentialProblem(row.ErrorCode ?? ""))
                {
                    One((CredentialErrors, "provider_id", row.ProviderId!, ""));
                }

                break;
            case EdgeLogEvents.Decision:
                One((Requests, "", "", "routed"));
                One((Selections, "provider_id", row.SelectedProviderId!, ""));
                break;
            case EdgeLogEvents.Failure:
                One((Requests, "", "", "failed"));
                break;
        }

        void One((string, string, string, string) key) => sums[key] = sums.GetValueOrDefault(key) + 1;
    }
}
