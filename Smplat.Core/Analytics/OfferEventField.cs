namespace Smplat.Core.Analytics;

/// <summary>Members of an event, in the order of <see cref="OfferEventNaming"/>.</summary>
public enum OfferEventField
{
    OfferSlug,
    EventType,
    TargetSlug,
    Action,
    CartTotal,
    Currency,
    OrderReference,
    Metadata,
    EventId,
    OccurredAt,
    Batch,
    Unknown,
}
