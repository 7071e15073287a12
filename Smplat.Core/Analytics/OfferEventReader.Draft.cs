namespace Smplat.Core.Analytics;

internal ref partial struct OfferEventReader
{
    /// <summary>Members read so far; a member that comes twice counts by its last value.</summary>
    private struct Draft
    {
        public Guid? EventId;
        public string? OfferSlug;
        public string? EventType;
        public string? TargetSlug;
        public string? Action;
        public decimal? CartTotal;
        public string? Currency;
        public string? OrderReference;
        public ReadOnlyMemory<byte> Metadata;
        public DateTimeOffset? OccurredAt;
        public bool WasClamped;

        public readonly OfferEvent ToEvent(Guid id, string fileUnder, ReadOnlyMemory<byte> raw) => new()
        {
            Id = id,
            OfferSlug = OfferSlug!,
            EventType = fileUnder,
            ReportedEventType = fileUnder == EventType ? null : EventType,
            TargetSlug = TargetSlug,
            Action = Action,
            CartTotal = CartTotal,
            Currency = Currency,
            OrderReference = OrderReference,
            Metadata = Metadata,
            OccurredAt = OccurredAt,
            WasClamped = WasClamped,
            Raw = raw,
        };
    }
}
