using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Scoring;

namespace Smplat.Core.Commerce.Routing;

/// <summary>
/// Records what a routing call did: in <c>edge_logs</c>, the log, the metrics and the shadow scores. Only quote successes and
/// errors carry a provider id, only <c>router_latency</c> a total latency, only <c>router_decision</c> amounts: the runbook's
/// queries rely on it. A call that failed has its latency in the column of single calls.
/// </summary>
public sealed class RoutingEventLog(
    EdgeLog log, RouterMetrics metrics, ShadowScoring shadows, TimeProvider clock, ILogger<RoutingEventLog> logger)
{
    public ValueTask RoutedAsync(
        string requestId, RoutingDecision decision, IReadOnlyList<ProviderAttempt> attempts, int totalLatencyMs)
    {
        shadows.Consider(requestId, decision);
        metrics.Routed(decision, attempts, totalLatencyMs);
        var now = clock.GetUtcNow();
        var rows = new List<EdgeLogRow>(attempts.Count + 2);
        foreach (var attempt in attempts)
        {
            rows.Add(Attempt(attempt, requestId, now));
        }

        rows.Add(new EdgeLogRow(EdgeLogEvents.RouteOrder, now, EdgeLogEvents.Decision)
        {
            RequestId = requestId,
            SelectedProviderId = decision.Selected.ToWire(),
            TotalCents = decision.BookedCents,
            BestAlternativeCents = decision.ComparableAlternative?.TotalCents,
            CommissionCents = decision.CommissionCents,
            UserHash = UserHash(decision.Order.UserId),
            IsMock = decision.IsMock,
            Payload = CommerceJson.Text(DecisionRecord.From(decision), RoutingJson.Default.DecisionRecord),
        });
        rows.Add(Latency(requestId, now, totalLatencyMs));
        var winner = decision.Winner;
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

        var refused = RefusalCode(refusal, attempts);
        metrics.Failed(refusal.Code, refused is not null, attempts, totalLatencyMs);
        var attempted = string.Join(",", attempts.Select(attempt => attempt.Config.Id.ToWire()));
        rows.Add(new EdgeLogRow(EdgeLogEvents.RouteOrder, now, EdgeLogEvents.Failure)
        {
            Level = refused is null ? "error" : "info",
            RequestId = requestId,
            LatencyMs = totalLatencyMs,
            UserHash = UserHash(userId),
            Error = attempted.Length == 0 ? refusal.Message : $"{refusal.Message} ({attempted})",
            ErrorCode = refused ?? refusal.Code,
            Retryable = refusal is not CommerceRefusal.Invalid,
            TraceId = TraceId(),
        });
        if (refused is null)
        {
            CommerceLog.NotRouted(logger, requestId, refusal.Code, attempted, totalLatencyMs);
        }
        else
        {
            CommerceLog.NothingOffered(logger, requestId, refused, attempted, totalLatencyMs);
        }

        return log.WriteAsync(rows);
    }

    /// <summary>A provider that answered after the call was answered.</summary>
    public ValueTask LateAsync(string requestId, ProviderAttempt attempt) =>
        log.WriteAsync([Attempt(attempt, requestId, clock.GetUtcNow())]);

    /// <summary>
    /// When every provider answered and none has the items or a store there, or the caller may cause no more calls, the shopper
    /// has an answer: that is no failure.
    /// </summary>
    /// <returns>Null for a failure.</returns>
    private static string? RefusalCode(CommerceRefusal refusal, IReadOnlyList<ProviderAttempt> attempts)
    {
        if (refusal is not CommerceRefusal.NoProviders || attempts.Count == 0)
        {
            return null;
        }

        var codes = attempts
            .Select(attempt => attempt.Failure is { IsCallersQuota: true } ? ProviderFailureCodes.CallerQuota : attempt.Failure?.Code)
            .ToArray();
        return codes.All(ProviderFailureCodes.IsRefusal)
            ? Array.Find([ProviderFailureCodes.NoItemsMatched, ProviderFailureCodes.NoStores, ProviderFailureCodes.CallerQuota], codes.Contains)
            : null;
    }

    private EdgeLogRow Attempt(ProviderAttempt attempt, string requestId, DateTimeOffset now)
    {
        if (attempt.Failure is not { } failure)
        {
            return new EdgeLogRow(EdgeLogEvents.RouteOrder, now, EdgeLogEvents.QuoteSuccess)
            {
                RequestId = requestId,
                ProviderId = attempt.Config.Id.ToWire(),
                LatencyMs = attempt.LatencyMs,
                IsMock = attempt.Quote!.IsMock,
            };
        }

        // A provider that was not asked (open circuit, quota of the caller): its line carries no provider id and counts in no error rate.
        var isSkipped = failure.WasNotAsked;
        var isRefusal = ProviderFailureCodes.IsEmptyOffer(failure.Code);
        if (isRefusal)
        {
            CommerceLog.QuoteRefused(logger, attempt.Config.Id.ToWire(), failure.Message, failure.Code, attempt.LatencyMs, requestId);
        }
        else if (!isSkipped)
        {
            CommerceLog.QuoteError(
                logger, attempt.Config.Id.ToWire(), failure.Message, failure.Code, failure.Retryable, attempt.LatencyMs, requestId);
        }

        return new EdgeLogRow(
            EdgeLogEvents.RouteOrder, now, isSkipped ? EdgeLogEvents.ProviderSkipped : EdgeLogEvents.QuoteError)
        {
            Level = isRefusal ? "info" : isSkipped ? "warn" : "error",
            RequestId = requestId,
            ProviderId = isSkipped ? null : attempt.Config.Id.ToWire(),
            LatencyMs = isSkipped ? null : attempt.LatencyMs,
            Error = failure.Message,
            ErrorCode = failure.Code,
            Retryable = failure.Retryable,
        };
    }

    private static EdgeLogRow Latency(string requestId, DateTimeOffset now, int totalLatencyMs) =>
        new(EdgeLogEvents.RouteOrder, now, EdgeLogEvents.Latency) { RequestId = requestId, TotalLatencyMs = totalLatencyMs, TraceId = TraceId() };

    private static string? TraceId() => Activity.Current?.TraceId.ToHexString();

    private static string? UserHash(string? userId) =>
        userId is null ? null : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(userId)).AsSpan(0, 12));
}

/// <summary>
/// Everything that a decision was made from, in compact form: stored with each <c>router_decision</c> line, so that the
/// decision can be replayed with other weights.
/// </summary>
public sealed record DecisionRecord(
    [property: JsonPropertyName("pref")] string Preference,
    [property: JsonPropertyName("items")] int ItemsRequested,
    [property: JsonPropertyName("score")] decimal Score,
    [property: JsonPropertyName("parts")] IReadOnlyList<int> WinnerComponents,
    [property: JsonPropertyName("quotes")] IReadOnlyList<DecisionQuote> Quotes)
{
    /// <summary>Arm of a running experiment, when there is one.</summary>
    [JsonPropertyName("arm")]
    public string? Arm { get; init; }

    /// <summary>Who would have won without the shopper-fair guard.</summary>
    [JsonPropertyName("overruled")]
    public ProviderId? Overruled { get; init; }

    public static DecisionRecord From(RoutingDecision decision)
    {
        var score = decision.Winner.Score;
        var quotes = new DecisionQuote[decision.Ranked.Count];
        for (var index = 0; index < quotes.Length; index++)
        {
            quotes[index] = DecisionQuote.From(decision.Ranked[index].Score.Input);
        }

        return new DecisionRecord(
            decision.Order.Preferences.OptimizeFor.ToLabel(),
            decision.Order.Basket.Items.Count,
            score.WeightedTotal,
            [score.PriceScore, score.SpeedScore, score.AvailabilityScore, score.MarginScore, score.ReliabilityScore],
            quotes)
        {
            Overruled = decision.Overruled,
            Arm = decision.Arm,
        };
    }
}

/// <summary>One quote of a stored decision, in rank order.</summary>
public sealed record DecisionQuote
{
    [JsonPropertyName("p")]
    public ProviderId Provider { get; init; }

    [JsonPropertyName("pr")]
    public int Priority { get; init; }

    [JsonPropertyName("t")]
    public long TotalCents { get; init; }

    [JsonPropertyName("b")]
    public long? ComparableCents { get; init; }

    [JsonPropertyName("e")]
    public int? EtaMinutes { get; init; }

    [JsonPropertyName("f")]
    public int Found { get; init; }

    [JsonPropertyName("s")]
    public int Substituted { get; init; }

    [JsonPropertyName("c")]
    public decimal CommissionRate { get; init; }

    [JsonPropertyName("sr")]
    public decimal? SuccessRate { get; init; }

    [JsonPropertyName("mr")]
    public decimal? MarginRate { get; init; }

    [JsonPropertyName("n")]
    public decimal? Orders { get; init; }

    [JsonPropertyName("w")]
    public bool? IsPreferred { get; init; }

    public static DecisionQuote From(ScoreInput input) => new()
    {
        Provider = input.Provider,
        Priority = input.Priority,
        TotalCents = input.TotalCents,
        ComparableCents = input.ComparableCents,
        EtaMinutes = input.EtaMinutes,
        Found = input.Found,
        Substituted = input.Substituted,
        CommissionRate = input.CommissionRate,
        SuccessRate = input.Stats?.SuccessRate,
        MarginRate = input.Stats?.AvgMarginRate,
        Orders = input.Stats?.TotalOrders,
        IsPreferred = input.IsPreferred ? true : null,
    };

    public ScoreInput ToInput() =>
        new(Provider, Priority, TotalCents, TotalCents, EtaMinutes, Found, Substituted, CommissionRate)
        {
            Stats = SuccessRate is null && MarginRate is null ? null : new ProviderStats(SuccessRate, MarginRate, Orders ?? 0),
            IsPreferred = IsPreferred ?? false,
            ComparableCents = ComparableCents,
        };
}
