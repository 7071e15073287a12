namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>What a webhook says about an order, in our terms. Amounts are cents.</summary>
/// <param name="DedupeKey">The same for every delivery of the same event.</param>
/// <param name="Status">One of our labels; null when the event says nothing about the order's state.</param>
/// <param name="At">The vendor's time of the event; null when it gives none.</param>
public sealed record MealMeEvent(
    string DedupeKey,
    string? OrderId,
    string Type,
    string? Status,
    DateTimeOffset? At,
    MealMeTotals? Totals,
    IReadOnlyList<MealMeEventItem>? Items,
    string Raw);

public sealed record MealMeTotals(long? SubtotalCents, long? FeesCents, long? TipCents, long? TotalCents);

public sealed record MealMeEventItem(string? Sku, string Name, decimal Quantity, long? PriceCents);
