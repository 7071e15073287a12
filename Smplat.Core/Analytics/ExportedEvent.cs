namespace Smplat.Core.Analytics;

/// <summary>A row of an export, in the order of the columns.</summary>
public sealed record ExportedEvent(
    Guid Id,
    DateTimeOffset CreatedAt,
    string OfferSlug,
    string? TargetSlug,
    string EventType,
    string? Action,
    decimal? CartTotal,
    string? Currency,
    string? OrderReference,
    string? Metadata);
