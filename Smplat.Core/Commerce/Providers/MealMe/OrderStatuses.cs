namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>The vendor's words for the state of an order, as our labels.</summary>
internal static class OrderStatuses
{
    /// <summary>Null for a word that we do not know: the event is kept, the order left as it is.</summary>
    public static string? Of(string? status) => status?.Trim().ToLowerInvariant() switch
    {
        "unplaced" or "pending" => "unplaced",
        "awaiting_confirmation" or "submitted" or "placed" => "awaiting_confirmation",
        "in_progress" or "confirmed" or "ready" or "preparing" or "picked_up" or "out_for_delivery" => "in_progress",
        "completed" or "delivered" => "completed",
        "canceled" or "cancelled" => "canceled",
        "failed" => "failed",
        _ => null,
    };
}
