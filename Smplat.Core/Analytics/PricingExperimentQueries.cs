using System.Globalization;
using System.Text.Json.Serialization;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Analytics;

/// <summary>A request for a page of experiment events.</summary>
public sealed record ListExperimentEvents(ExperimentCursor? Before, int Limit)
{
    public static ListExperimentEvents Read(Fields fields)
    {
        var text = fields.Text("cursor", max: 100);
        var cursor = default(ExperimentCursor);
        if (text is not null && !ExperimentCursor.TryParse(text, out cursor))
        {
            fields.Error("cursor", "A time, or a cursor returned by this list, is expected.", "cursor_parsing");
        }

        return new(text is null ? null : cursor, fields.Integer("limit", 1, 1_000) ?? 250);
    }
}

/// <param name="NextCursor">Where the next page starts; null at the end.</param>
public sealed record ExperimentPage(IReadOnlyList<ExperimentEvent> Events, string? NextCursor);

/// <summary>One variant shown to a client: an entry of an onboarding event, with details of the order.</summary>
public sealed record ExperimentEvent
{
    public required Guid EventId { get; init; }

    public required Guid JourneyId { get; init; }

    public required Guid OrderId { get; init; }

    public required string OrderNumber { get; init; }

    public required string Slug { get; init; }

    public required string VariantKey { get; init; }

    public string? VariantName { get; init; }

    public bool? IsControl { get; init; }

    public string? AssignmentStrategy { get; init; }

    public string? Status { get; init; }

    public string? FeatureFlagKey { get; init; }

    public required DateTimeOffset RecordedAt { get; init; }

    public decimal? OrderTotal { get; init; }

    public string? OrderCurrency { get; init; }

    public int? LoyaltyProjectionPoints { get; init; }

    /// <summary>Position of the entry within its event, from 1.</summary>
    [JsonIgnore]
    public int Position { get; init; }
}

/// <param name="NextCursor">Slug after which the next page starts; null at the end.</param>
/// <param name="Cursor">The cursor of the request.</param>
public sealed record ConversionPage(IReadOnlyList<ExperimentConversion> Metrics, string? NextCursor, string? Cursor);

/// <summary>The results of an experiment.</summary>
/// <param name="OrderTotal">Sum of the orders in the currency with the largest sum.</param>
public sealed record ExperimentConversion(
    string Slug,
    long OrderCount,
    long JourneyCount,
    decimal OrderTotal,
    string OrderCurrency,
    long LoyaltyPoints,
    DateTimeOffset LastActivity);

/// <summary>Lists the events and conversions of pricing experiments.</summary>
public sealed class PricingExperimentQueries(ExperimentStore store, TimeProvider clock)
{
    /// <summary>Far longer than any transaction; rows newer than this wait for the next export.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(30);

    /// <summary>Newest first.</summary>
    public async Task<ExperimentPage> ListAsync(ExperimentCursor? before, int limit, CancellationToken cancellationToken)
    {
        var rows = await store.ListNewestAsync(before, limit + 1, cancellationToken);
        return rows.Count <= limit
            ? new ExperimentPage(rows, null)
            : new ExperimentPage([.. rows.Take(limit)], ExperimentCursor.From(rows[limit - 1]).ToString());
    }

    /// <summary>Oldest first, starting where the last export ended; <c>NextCursor</c> is where this one ends.</summary>
    public async Task<ExperimentPage> ListForwardAsync(ExperimentCursor? after, int limit, CancellationToken cancellationToken)
    {
        var rows = await store.ListAfterAsync(after, clock.GetUtcNow() - Settling, limit, cancellationToken);
        return new ExperimentPage(rows, rows.Count == 0 ? after?.ToString() : ExperimentCursor.From(rows[^1]).ToString());
    }

    /// <param name="cursor">The last slug of the previous page; an unknown slug starts from the beginning.</param>
    public async Task<ConversionPage> ListConversionsAsync(string? cursor, int limit, CancellationToken cancellationToken)
    {
        var all = await store.ListConversionsAsync(cancellationToken);
        var start = 0;
        for (var index = 0; index < all.Count; index++)
        {
            if (all[index].Slug == cursor)
            {
                start = index + 1;
            }
        }

        var page = all.Skip(start).Take(limit).ToArray();
        return new ConversionPage(page, start + page.Length < all.Count ? page[^1].Slug : null, cursor);
    }
}

/// <summary>
/// A position in the list of experiment events. Several rows can have the same time, so the cursor includes the event
/// and the position within it. A cursor that is only a time means everything before it or, going forward, from it on.
/// </summary>
public readonly record struct ExperimentCursor(DateTimeOffset At, Guid EventId, int Position)
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    public static ExperimentCursor From(ExperimentEvent row) => new(row.RecordedAt, row.EventId, row.Position);

    public static bool TryParse(string text, out ExperimentCursor cursor)
    {
        var parts = text.Split('_');
        cursor = default;
        if (!DateTimeOffset.TryParse(
            parts[0], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at))
        {
            return false;
        }

        if (parts.Length == 1)
        {
            cursor = new(at, Guid.Empty, 0);
            return true;
        }

        if (parts.Length != 3 || !Guid.TryParse(parts[1], out var id)
            || !int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var position))
        {
            return false;
        }

        cursor = new(at, id, position);
        return true;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{At.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}_{EventId}_{Position}");
}
