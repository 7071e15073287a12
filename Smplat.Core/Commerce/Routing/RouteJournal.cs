using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Routing;

/// <summary>
/// Writes down what a routing call did. Only quote successes and errors carry a provider id, latencies of a whole call only
/// <c>router_latency</c>, amounts only <c>router_decision</c>: the runbook's queries count on it.
/// </summary>
public sealed class RouteJournal(EdgeLog log, RouterMeter meter, TimeProvider clock, ILogger<RouteJournal> logger)
{
    public ValueTask RoutedAsync(
        string requestId, RoutingDecision decision, IReadOnlyList<ProviderAttempt> attempts, int totalLatencyMs)
    {
        var now = clock.GetUtcNow();
        var rows = new List<EdgeLogRow>(attempts.Count + 2);
        foreach (var attempt in attempts)
        {
            rows.Add(Attempt(attempt, requestId, now));
        }

        meter.Routed(decision, attempts, totalLatencyMs);
        var winner = decision.Winner;
        rows.Add(new EdgeLogRow(EdgeLogEvents.RouteOrder, now, EdgeLogEvents.Decision)
        {
            RequestId = requestId,
            SelectedProviderId = decision.Selected.ToWire(),
            TotalCents = decision.TotalCents,
            BestAlternativeCents = decision.CheapestAlternative?.TotalCents,
            CommissionCents = decision.CommissionCents,
            UserHash = UserHash(decision.Order.UserId),
            Payload = CommerceJson.Text(DecisionRecord.From(decision), CommerceJson.Default.DecisionRecord),
        });
        rows.Add(Latency(requestId, now, totalLatencyMs));
        if (decision.Overruled is { } overruled)
        {
            CommerceLog.FairGuard(logger, requestId, winner.Config.Id.ToWire(), overruled.ToWire());
        }

        CommerceLog.Routed(
            logger,
            requestId,
            winner.Config.Id.ToWire(),
            decision.Ranked.Count,
            winner.TotalCents,
            winner.Score.WeightedTotal,
            totalLatencyMs);
        return log.WriteAsync(rows);
    }

    public ValueTask FailedAsync(
        string requestId, CommerceRefusal refusal, IReadOnlyList<ProviderAttempt> attempts, string? userId, int totalLatencyMs)
    {
        var now = clock.GetUtcNow();
        var rows = new List<EdgeLogRow>(attempts.Count + 1);
        foreach (var attempt in attempts)
        {
            rows.Add(Attempt(attempt, requestId, now));
        }

        meter.Failed(refusal.Code, attempts, totalLatencyMs);
        var attempted = string.Join(",", attempts.Select(attempt => attempt.Config.Id.ToWire()));
        rows.Add(new EdgeLogRow(EdgeLogEvents.RouteOrder, now, EdgeLogEvents.Failure)
        {
            Level = "error",
            RequestId = requestId,
            TotalLatencyMs = null,
            UserHash = UserHash(userId),
            Error = attempted.Length == 0 ? refusal.Message : $"{refusal.Message} ({attempted})",
            ErrorCode = refusal.Code,
            Retryable = refusal is not CommerceRefusal.Invalid,
        });
        CommerceLog.NotRouted(logger, requestId, refusal.Code, attempted, totalLatencyMs);
        return log.WriteAsync(rows);
    }

    /// <summary>A provider that answered after the call had its answer.</summary>
    public ValueTask LateAsync(string requestId, ProviderAttempt attempt) =>
        log.WriteAsync([Attempt(attempt, requestId, clock.GetUtcNow())]);

    private EdgeLogRow Attempt(ProviderAttempt attempt, string requestId, DateTimeOffset now)
    {
        if (attempt.Failure is not { } failure)
        {
            return new EdgeLogRow(EdgeLogEvents.RouteOrder, now, EdgeLogEvents.QuoteSuccess)
            {
                RequestId = requestId,
                ProviderId = attempt.Config.Id.ToWire(),
                LatencyMs = attempt.LatencyMs,
            };
        }

        // A provider that was not asked has not failed again: such lines name no provider and count in no error rate.
        var isSkipped = failure.Code == ProviderFailureCodes.CircuitOpen;
        if (!isSkipped)
        {
            CommerceLog.QuoteError(
                logger, attempt.Config.Id.ToWire(), failure.Message, failure.Code, failure.Retryable, attempt.LatencyMs, requestId);
        }

        return new EdgeLogRow(
            EdgeLogEvents.RouteOrder, now, isSkipped ? EdgeLogEvents.ProviderSkipped : EdgeLogEvents.QuoteError)
        {
            Level = isSkipped ? "warn" : "error",
            RequestId = requestId,
            ProviderId = isSkipped ? null : attempt.Config.Id.ToWire(),
            LatencyMs = isSkipped ? null : attempt.LatencyMs,
            Error = failure.Message,
            ErrorCode = failure.Code,
            Retryable = failure.Retryable,
        };
    }

    private static EdgeLogRow Latency(string requestId, DateTimeOffset now, int totalLatencyMs) =>
        new(EdgeLogEvents.RouteOrder, now, EdgeLogEvents.Latency) { RequestId = requestId, TotalLatencyMs = totalLatencyMs };

    private static string? UserHash(string? userId) =>
        userId is null ? null : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(userId)).AsSpan(0, 12));
}
