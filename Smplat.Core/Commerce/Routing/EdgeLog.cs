using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Commerce.Routing;

/// <summary>
/// Writes <c>edge_logs</c> in the background: in groups, from a bounded queue, flushed when the app stops. When the queue is
/// full, callers wait briefly (back pressure) before lines are dropped and counted; while the database is unavailable the
/// queue fills and waits. A line that the database refuses is written again in a form that it takes, and costs no other line.
/// Only a killed process loses its last lines; the decisions themselves are in their sessions.
/// </summary>
public sealed class EdgeLog : BackgroundService
{
    public const string DroppedCounter = "smplat_edge_log_dropped_total";

    /// <summary>Lines that the database refused; they are in the table, with their facts as text.</summary>
    public const string RefusedCounter = "smplat_edge_log_refused_total";

    /// <summary>Lines; a routed order writes about seven.</summary>
    private const int Capacity = 50_000;
    private const int LargestGroup = 2000;
    private static readonly TimeSpan MaxWait = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan MaxFlush = TimeSpan.FromSeconds(10);

    private readonly GroupCommit<EdgeLogRow> _group;
    private readonly EdgeLogStore _store;
    private readonly CommerceCounters _commerceCounters;
    private readonly DurableCounters _counters;
    private readonly ILogger _logger;

    public EdgeLog(EdgeLogStore store, CommerceCounters commerceCounters, DurableCounters counters, TimeProvider clock, ILogger<EdgeLog> logger)
    {
        (_store, _commerceCounters, _counters, _logger) = (store, commerceCounters, counters, logger);
        _group = new(
            new()
            {
                Commit = CommitAsync,
                Settle = Settle,
                Limits = static () => new(Capacity, LargestGroup),
                OutageRetryLimit = TimeSpan.MaxValue,
                StopRetryLimit = MaxFlush,
                OnOutage = (rows, problem) => CommerceLog.EdgeLogWaits(logger, rows.Count, problem.GetType().Name),
            },
            clock);
    }

    /// <summary>Queues the lines of one request.</summary>
    public ValueTask WriteAsync(IReadOnlyList<EdgeLogRow> rows)
    {
        var adding = _group.AddAsync(rows, MaxWait);
        return adding is { IsCompletedSuccessfully: true, Result: true } ? ValueTask.CompletedTask : FinishAsync(adding, rows.Count);
    }

    /// <summary>Returns when every line accepted before the call is in the table or was dropped.</summary>
    public Task FlushAsync(CancellationToken cancellationToken) => _group.FlushAsync(cancellationToken);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _group.RunAsync(stoppingToken);

    private async Task CommitAsync(ArraySegment<EdgeLogRow> rows, int attempt)
    {
        try
        {
            await _store.AppendAsync(rows, attempt > 1, CancellationToken.None);
        }
        catch (Exception problem) when (!DatabaseErrors.IsOutage(problem) && (rows.Count == 1 || !DatabaseErrors.IsBadData(problem)))
        {
            // Bad data in a batch is found by halves; after any other refusal each line is tried for itself.
            foreach (var row in rows)
            {
                await WriteAloneAsync(row, problem);
            }
        }
    }

    private async Task WriteAloneAsync(EdgeLogRow row, Exception problem)
    {
        foreach (var form in new[] { row, row.AsText() })
        {
            try
            {
                await _store.AppendAsync([form], mayBeWritten: true, CancellationToken.None);
                if (!ReferenceEquals(form, row))
                {
                    _counters.Add(RefusedCounter, 1);
                    CommerceLog.EdgeLogRefused(_logger, row.Event, Redaction.Redact(problem.Message));
                }

                return;
            }
            catch (Exception refusal) when (!DatabaseErrors.IsOutage(refusal))
            {
                problem = refusal;
            }
        }

        Drop(1, problem);
    }

    private async ValueTask FinishAsync(ValueTask<bool> adding, int count)
    {
        if (!await adding)
        {
            Drop(count, new TimeoutException("The queue is full or closed."));
        }
    }

    private void Settle(ArraySegment<EdgeLogRow> rows, Exception? problem)
    {
        if (problem is null)
        {
            _commerceCounters.Count(rows);
        }
        else
        {
            Drop(rows.Count, problem);
        }
    }

    private void Drop(int count, Exception problem)
    {
        _counters.Add(DroppedCounter, count);
        CommerceLog.EdgeLogDropped(_logger, count, problem.GetType().Name, problem);
    }
}

/// <summary>Names of functions and events in <c>edge_logs</c>; the runbook's queries use them.</summary>
internal static class EdgeLogEvents
{
    public const string RouteOrder = "loopgpt_route_order";
    public const string ConfirmOrder = "loopgpt_confirm_order";
    public const string RecordOutcome = "loopgpt_record_outcome";

    public const string QuoteSuccess = "provider_quote_success";
    public const string QuoteError = "provider_quote_error";
    public const string ProviderSkipped = "provider_skipped";
    public const string Decision = "router_decision";
    public const string Failure = "router_failure";
    public const string Latency = "router_latency";

    public const string ConfirmSuccess = "commerce.confirm_order.success";
    public const string ConfirmFailure = "commerce.confirm_order.failure";
    public const string PlacementUnsettled = "commerce.placement_unsettled";
    public const string FailoverSuccess = "commerce.failover_success";
    public const string FailoverFailure = "commerce.failover_failure";
}

/// <summary>One line of <c>edge_logs</c>. The runbook's queries rely on which column is set for which event.</summary>
public sealed record EdgeLogRow(string FunctionName, DateTimeOffset Timestamp, string Event)
{
    public string Level { get; init; } = "info";

    public string? RequestId { get; init; }

    public string? ProviderId { get; init; }

    public int? LatencyMs { get; init; }

    public int? TotalLatencyMs { get; init; }

    public string? SelectedProviderId { get; init; }

    public long? TotalCents { get; init; }

    public long? BestAlternativeCents { get; init; }

    public long? CommissionCents { get; init; }

    public string? UserHash { get; init; }

    public string? Error { get; init; }

    public string? ErrorCode { get; init; }

    public bool? Retryable { get; init; }

    /// <summary>The prices were invented: the line counts in no figure of the business.</summary>
    public bool IsMock { get; init; }

    /// <summary>JSON.</summary>
    public string? Payload { get; init; }

    /// <summary>The trace of the call, on the line that ends it; null on the others of the call.</summary>
    public string? TraceId { get; init; }

    /// <summary>The key of the line: the same line is in the table once.</summary>
    public Guid LineId { get; init; } = Guid.CreateVersion7(Timestamp);

    /// <summary>The same line with its facts as text, which fits any column.</summary>
    public EdgeLogRow AsText() => new(FunctionName, Timestamp, Event)
    {
        LineId = LineId,
        IsMock = IsMock,
        Level = Level is "debug" or "info" or "warn" or "error" ? Level : "warn",
        RequestId = RequestId,
        ProviderId = ProviderId,
        SelectedProviderId = SelectedProviderId,
        UserHash = UserHash,
        Error = Error,
        ErrorCode = ErrorCode,
        TraceId = TraceId,
        Payload = JsonSerializer.Serialize(new { refused = JsonSerializer.Serialize(this) }),
    };
}

/// <summary>
/// Counts the lines that were written to <c>edge_logs</c>, a batch at a time: off the request path, and the counters always
/// agree with the table.
/// </summary>
public sealed class CommerceCounters(DurableCounters counters)
{
    private const string Success = "success";
    private const string Failure = "failure";
    private const string PriceChanged = "PRICE_CHANGED";

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
                counters.Add(CommerceMetricNames.Failures, rows.Count(row => !ProviderFailureCodes.IsRefusal(row.ErrorCode)));
                break;
            case EdgeLogEvents.QuoteSuccess:
                var invented = rows.Count(row => row.IsMock);
                Add(CommerceMetricNames.Quotes, rows.Count - invented, ("provider_id", provider), ("outcome", Success));
                Add(CommerceMetricNames.Quotes, invented, ("provider_id", provider), ("outcome", "mock"));
                break;
            case EdgeLogEvents.QuoteError:
                var refused = rows.Count(row => ProviderFailureCodes.IsRefusal(row.ErrorCode));
                Add(CommerceMetricNames.Quotes, rows.Count - refused, ("provider_id", provider), ("outcome", "error"));
                Add(CommerceMetricNames.Quotes, refused, ("provider_id", provider), ("outcome", "nothing_to_offer"));
                break;
            case EdgeLogEvents.Decision:
                CountDecisions(provider, [.. rows.Where(row => !row.IsMock)]);
                break;
            case EdgeLogEvents.ConfirmSuccess:
                var real = rows.Where(row => !row.IsMock).ToArray();
                Add(CommerceMetricNames.Confirmations, real.Length, ("outcome", Success));
                Add(CommerceMetricNames.Confirmations, rows.Count - real.Length, ("outcome", "mock"));
                CountEarned(rows);
                break;
            case EdgeLogEvents.ConfirmFailure:
                var offers = rows.Count(row => row.ErrorCode == PriceChanged);
                Add(CommerceMetricNames.Confirmations, rows.Count - offers, ("outcome", Failure));
                Add(CommerceMetricNames.Confirmations, offers, ("outcome", "price_changed"));
                CountEarned(rows);
                break;
            case EdgeLogEvents.FailoverSuccess:
                counters.Add(CommerceMetricNames.Failovers, rows.Count, ("outcome", Success));
                break;
            case EdgeLogEvents.FailoverFailure:
                counters.Add(CommerceMetricNames.Failovers, rows.Count, ("outcome", Failure));
                break;
        }
    }

    /// <summary>A series begins with its first count.</summary>
    private void Add(string name, int count, params (string Name, string Value)[] labels)
    {
        if (count > 0)
        {
            counters.Add(name, count, labels);
        }
    }

    /// <summary>A part of an order that failed as a whole may have been confirmed; its commission is earned too.</summary>
    private void CountEarned(IReadOnlyList<EdgeLogRow> rows) =>
        counters.Add(CommerceMetricNames.EarnedCents, rows.Where(row => !row.IsMock).Sum(row => row.CommissionCents ?? 0));

    private void CountDecisions(string provider, IReadOnlyList<EdgeLogRow> rows)
    {
        Add(CommerceMetricNames.Selections, rows.Count, ("provider_id", provider));
        counters.Add(CommerceMetricNames.CartCents, rows.Sum(row => row.TotalCents ?? 0));
        counters.Add(CommerceMetricNames.CommissionCents, rows.Sum(row => row.CommissionCents ?? 0));

        // A more expensive choice (speed, availability) saves nothing; it must not lower the counter.
        counters.Add(
            CommerceMetricNames.SavingsCents,
            rows.Sum(row => Math.Max(0, (row.BestAlternativeCents ?? row.TotalCents ?? 0) - (row.TotalCents ?? 0))));
    }
}
