namespace Smplat.Core.Analytics;

/// <summary>A storefront event that passed all rules and only has to be stored.</summary>
public sealed class OfferEvent
{
    /// <summary>The client's id, the digest of its key, or one that we made.</summary>
    public required Guid Id { get; init; }

    public required string OfferSlug { get; init; }

    public required string EventType { get; init; }

    /// <summary>The type as sent when the policy filed it under <c>other</c>.</summary>
    public string? ReportedEventType { get; init; }

    public string? TargetSlug { get; init; }

    public string? Action { get; init; }

    /// <summary>Rounded to cents, at most 9,999,999,999.99.</summary>
    public decimal? CartTotal { get; init; }

    public string? Currency { get; init; }

    public string? OrderReference { get; init; }

    /// <summary>JSON object as UTF-8 that jsonb takes; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Metadata { get; init; }

    public DateTimeOffset? OccurredAt { get; init; }

    /// <summary>The client's clock ran ahead and the time was set to ours.</summary>
    public bool WasClamped { get; init; }

    /// <summary>The item as sent, to be kept if the database refuses it.</summary>
    public ReadOnlyMemory<byte> Raw { get; init; }
}
