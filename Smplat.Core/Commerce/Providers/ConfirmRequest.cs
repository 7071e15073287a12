namespace Smplat.Core.Commerce.Providers;

/// <summary>An order to place, or to hand over, at the provider that made the quote.</summary>
/// <param name="IdempotencyKey">Derived from the session and the provider; the same for every repetition of this attempt.</param>
/// <param name="Payment">Null for providers that take the payment at their own checkout.</param>
public sealed record ConfirmRequest(
    Guid SessionId,
    string IdempotencyKey,
    string? UserId,
    QuoteRequest Basket,
    ProviderQuote Quote,
    PaymentMethod? Payment)
{
    /// <summary>Whom the courier and the provider may reach; null leaves it to the provider's settings.</summary>
    public ShopperContact? Contact { get; init; }
}

/// <summary>How a shopper is reached. Passed on to the provider that takes the order, never stored or logged.</summary>
/// <param name="Phone">Digits with the country code.</param>
public sealed record ShopperContact(string? Name, string? Email, string? Phone)
{
    public override string ToString() => "ShopperContact";
}

/// <summary>How the shopper pays. The token is opaque, is passed on and never stored or logged.</summary>
public sealed record PaymentMethod(string Type, string Token)
{
    public override string ToString() => $"PaymentMethod {Type}";
}

public sealed record CancelRequest(Guid SessionId, string ProviderOrderId, string? Reason);
