namespace Smplat.Core.Analytics;

/// <summary>Which events are exported: from <paramref name="Since"/> up to, not including, <paramref name="Until"/>.</summary>
/// <param name="EventType">Only this type; null for all.</param>
/// <param name="OfferSlug">Only this offer; null for all.</param>
public sealed record EventSelection(DateTimeOffset Since, DateTimeOffset Until, string? EventType, string? OfferSlug);
