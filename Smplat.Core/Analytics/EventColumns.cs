namespace Smplat.Core.Analytics;

/// <summary>Names of the columns, in the order that warehouses load them.</summary>
public static class EventColumns
{
    public static readonly IReadOnlyList<string> Names =
    [
        "id", "created_at", "offer_slug", "target_slug", "event_type", "action", "cart_total", "currency", "order_reference", "metadata",
    ];

    /// <summary>ISO 8601 with microseconds and the offset of UTC.</summary>
    public const string InstantFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'+00:00'";
}
