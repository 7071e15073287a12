using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>An order that a provider has, or that the shopper was handed over for.</summary>
public sealed record PlacedOrder(
    Guid Id,
    string OrderRef,
    string RequestId,
    Guid SessionId,
    int Leg,
    ProviderId Provider,
    string? ProviderOrderId,
    string? UserId,
    ConfirmMode Mode,
    long TotalCents,
    long CommissionCents,
    int ItemsCount,
    string? TrackingUrl,
    string? CheckoutUrl,
    ProviderId? FailoverFrom,
    DateTimeOffset CreatedAt);
