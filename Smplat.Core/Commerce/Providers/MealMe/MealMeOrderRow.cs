namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>An order as we know it.</summary>
public sealed record MealMeOrderRow(
    Guid Id, string? IdempotencyKey, string? CartId, string? MealmeOrderId, string Status, long? TotalCents, string? TrackingUrl);
