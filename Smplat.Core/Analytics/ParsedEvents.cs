namespace Smplat.Core.Analytics;

/// <summary>A request body after parsing.</summary>
/// <param name="IsBatch">False for the form with a single event.</param>
public sealed record ParsedEvents(bool IsBatch, IReadOnlyList<OfferEventItem> Items);
