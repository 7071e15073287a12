using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;
using Smplat.Core.Commerce.Scoring;

namespace Smplat.Core.Commerce.Requests;

/// <summary>
/// Routing requests for operators: a list to search in, and everything that is recorded about one of them. The cost of a look
/// is bounded: a list reads at most a fixed number of requests and says how far it came.
/// </summary>
public sealed class RequestQueries(RequestStore store)
{
    /// <summary>Requests that a search with a filter reads before it asks to be continued.</summary>
    public const int SearchDepth = 20_000;

    /// <summary>Newest first.</summary>
    public async Task<RequestList> ListAsync(RequestFilter filter, CancellationToken cancellationToken)
    {
        var depth = filter.IsSearch ? SearchDepth : filter.Limit + 1;
        var (rows, scanned, last) = await store.ListAsync(filter, depth, cancellationToken);
        if (rows.Count > filter.Limit)
        {
            var end = rows[filter.Limit - 1];
            return new([.. rows.Take(filter.Limit)], new(end.At, end.LineId), null);
        }

        // The window may hold more requests than the search has read.
        return scanned >= depth && last is not null ? new(rows, last, last.At) : new(rows, null, null);
    }

    /// <summary>Null when nothing is recorded about the request.</summary>
    public async Task<RequestTimeline?> FindAsync(string requestId, CancellationToken cancellationToken)
    {
        if (RequestIds.TimeOf(requestId) is not { } at)
        {
            return null;
        }

        var facts = await store.ReadAsync(requestId, at, cancellationToken);
        return facts.Lines.Count == 0 && facts.Session is null && facts.Orders.Count == 0
            ? null
            : new(requestId, at, facts, DecisionExplanation.From(facts));
    }
}

/// <summary>What a request id says.</summary>
public static partial class RequestIds
{
    /// <summary>When the request began; null when the text is no request id.</summary>
    public static DateTimeOffset? TimeOf(string? text) =>
        text is not null && Form().Match(text) is { Success: true } match
            && long.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : null;

    [GeneratedRegex(@"\Areq_([0-9]{13})_[0-9a-z]{1,40}\z")]
    private static partial Regex Form();
}

/// <summary>Which requests are listed. All filters hold at once; null is no filter.</summary>
public sealed record RequestFilter(DateTimeOffset Since, DateTimeOffset Until)
{
    /// <summary>The wire name of a provider that was asked, failed or was chosen.</summary>
    public string? Provider { get; init; }

    /// <summary>An event of the routing log that the request has.</summary>
    public string? Event { get; init; }

    /// <summary>True for requests that were routed, false for those that were not.</summary>
    public bool? IsRouted { get; init; }

    /// <summary>Continue behind this request.</summary>
    public RequestCursor? Before { get; init; }

    /// <summary>1 to 200.</summary>
    public int Limit { get; init; } = 50;

    /// <summary>Whether requests are read that may not match.</summary>
    public bool IsSearch => Provider is not null || Event is not null;
}

/// <summary>A place in the list of requests: the time of a line and its id, which is unique.</summary>
public sealed record RequestCursor(DateTimeOffset At, long LineId)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{At.UtcTicks}_{LineId}");

    /// <summary>Null when the text is no cursor.</summary>
    public static RequestCursor? Parse(string? text) =>
        text?.Split('_') is [var ticks, var id]
            && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at <= DateTimeOffset.MaxValue.UtcTicks
            && long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var line)
            ? new(new DateTimeOffset(at, TimeSpan.Zero), line)
            : null;
}

/// <param name="Next">Where the list goes on; null at its end.</param>
/// <param name="SearchedUntil">Set when the search stopped at this time without filling the page.</param>
public sealed record RequestList(IReadOnlyList<RequestRow> Requests, RequestCursor? Next, DateTimeOffset? SearchedUntil);

/// <summary>One request of the list.</summary>
public sealed record RequestRow
{
    public required string RequestId { get; init; }

    /// <summary>When the line was written that the list is ordered by.</summary>
    public required DateTimeOffset At { get; init; }

    public required long LineId { get; init; }

    /// <summary>The event of that line.</summary>
    public required string Event { get; init; }

    /// <summary>The chosen provider; for events of a confirmation the provider that it was about.</summary>
    public string? ProviderId { get; init; }

    public long? TotalCents { get; init; }

    public int? LatencyMs { get; init; }

    public string? ErrorCode { get; init; }

    public string? Error { get; init; }

    /// <summary>Providers that returned a quote, and those that failed.</summary>
    public IReadOnlyList<string> Quoted { get; init; } = [];

    public IReadOnlyList<string> Failed { get; init; } = [];

    /// <summary>States of the orders that were placed for it.</summary>
    public IReadOnlyList<string> Orders { get; init; } = [];

    public bool IsMock { get; init; }
}

/// <summary>Everything that is recorded about one request, oldest first in every list.</summary>
public sealed record RequestTimeline(string RequestId, DateTimeOffset StartedAt, RequestFacts Facts, DecisionExplanation? Decision)
{
    /// <summary>The trace of the routing call, and those of its confirmations.</summary>
    public IReadOnlyList<string> Traces => [.. Facts.Lines.Select(line => line.TraceId).OfType<string>().Distinct(StringComparer.Ordinal)];
}

/// <summary>The rows about one request.</summary>
public sealed record RequestFacts
{
    public required IReadOnlyList<RequestLine> Lines { get; init; }

    /// <summary>Null when the request was not routed, or its session is purged.</summary>
    public RequestSession? Session { get; init; }

    public required IReadOnlyList<RequestAttempt> Attempts { get; init; }

    public required IReadOnlyList<RequestOrder> Orders { get; init; }

    public required IReadOnlyList<RequestWebhook> Webhooks { get; init; }

    public required IReadOnlyList<RequestOutcome> Outcomes { get; init; }

    /// <summary>Of the hour of the request: calls are counted, not kept one by one.</summary>
    public required IReadOnlyList<RequestVendorCalls> VendorCalls { get; init; }
}

/// <summary>A line of the routing log.</summary>
public sealed record RequestLine
{
    public required DateTimeOffset At { get; init; }

    public required string Event { get; init; }

    public required string Level { get; init; }

    public string? ProviderId { get; init; }

    public int? LatencyMs { get; init; }

    public long? TotalCents { get; init; }

    public long? BestAlternativeCents { get; init; }

    public long? CommissionCents { get; init; }

    public string? Error { get; init; }

    public string? ErrorCode { get; init; }

    public bool? Retryable { get; init; }

    public string? TraceId { get; init; }

    public bool IsMock { get; init; }

    /// <summary>JSON; of decisions only.</summary>
    public string? Payload { get; init; }
}

/// <summary>The decision while it waits for its confirmation, and afterwards until it is purged.</summary>
public sealed record RequestSession
{
    public required Guid Id { get; init; }

    public required string Status { get; init; }

    public required int ItemsCount { get; init; }

    public required string Weights { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? CheckAfter { get; init; }
}

/// <summary>One attempt to place the order.</summary>
public sealed record RequestAttempt
{
    public required int Leg { get; init; }

    public required int AttemptNo { get; init; }

    public required string ProviderId { get; init; }

    public required string Outcome { get; init; }

    public string? ErrorCode { get; init; }

    public string? Error { get; init; }

    public string? Evidence { get; init; }

    public required long TotalCents { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? SubmittedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }
}

/// <summary>An order at a provider.</summary>
public sealed record RequestOrder
{
    public required string OrderRef { get; init; }

    public required string ProviderId { get; init; }

    public string? ProviderOrderId { get; init; }

    public required string Status { get; init; }

    public required string Mode { get; init; }

    public required long TotalCents { get; init; }

    public string? FailoverFrom { get; init; }

    public required bool IsMock { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>A webhook of a provider about the order.</summary>
public sealed record RequestWebhook(DateTimeOffset ReceivedAt, string ProviderId, string EventType, string? Status);

/// <summary>How the order went.</summary>
public sealed record RequestOutcome(DateTimeOffset CreatedAt, string ProviderId, string Source, string Outcome, int? UserRating);

/// <summary>Calls to one endpoint of a provider.</summary>
public sealed record RequestVendorCalls(string ProviderId, string Endpoint, string StatusClass, long Calls, long AverageLatencyMs);

/// <summary>How the quotes of a decision compare.</summary>
/// <param name="IsExact">
/// False when the session is purged, so that the weights of then are not known any more; the totals are then left out.
/// </param>
public sealed record DecisionExplanation(string Preference, IReadOnlyList<ScoreBreakdown> Quotes, ProviderId? Overruled, string? Arm, bool IsExact)
{
    /// <summary>Null without a decision, or with one that this version cannot read.</summary>
    internal static DecisionExplanation? From(RequestFacts facts)
    {
        try
        {
            if (facts.Lines.FirstOrDefault(line => line.Event == EdgeLogEvents.Decision)?.Payload is not { } payload
                || JsonSerializer.Deserialize(payload, RoutingJson.Default.DecisionRecord) is not { Quotes.Count: > 0 } record)
            {
                return null;
            }

            var weights = facts.Session is { } session ? JsonSerializer.Deserialize(session.Weights, RoutingJson.Default.ScoreWeights) : null;
            var ranked = Scorer.Rank(
                [.. record.Quotes.Select(quote => quote.ToInput())], record.ItemsRequested, weights ?? ScoreWeights.Default);

            // The order of the record is that of the decision, whatever rule ranked it.
            var order = record.Quotes.Select((quote, place) => (quote.Provider, place)).ToDictionary(entry => entry.Provider, entry => entry.place);
            return new(
                record.Preference, [.. ranked.OrderBy(score => order[score.Provider])], record.Overruled, record.Arm, weights is not null);
        }
        catch (Exception unreadable) when (unreadable is JsonException or ArgumentException or OverflowException or NotSupportedException)
        {
            return null;
        }
    }
}
