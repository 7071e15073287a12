using System.Text.Json.Serialization;

namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// One grocery provider. Implementations keep no state for a caller and are safe for concurrent use. The answers that a
/// provider is expected to give are values (<see cref="QuoteOutcome"/> and the others below); a
/// <see cref="ProviderFailureException"/> may be thrown from a vendor client and means the same as the failed outcome. Any
/// other exception is treated as <see cref="ProviderFailureCodes.Unavailable"/> and costs only this provider's quote. Caching
/// and resilience are decorators around a gateway.
/// </summary>
public interface IProviderGateway
{
    ProviderId Id { get; }

    ProviderCapabilities Capabilities { get; }

    /// <summary>Prices a basket. The token carries the provider's timeout; sockets are released when it fires.</summary>
    Task<QuoteOutcome> QuoteAsync(QuoteRequest request, ProviderConfig config, CancellationToken cancellationToken);

    /// <summary>A cheap real call that proves that the credentials work.</summary>
    Task<ProviderHealth> CheckHealthAsync(ProviderConfig config, CancellationToken cancellationToken);

    /// <summary>Places the order or hands the shopper over. Safe to repeat with the same idempotency key.</summary>
    Task<ConfirmOutcome> ConfirmAsync(ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken);

    /// <summary>Looks up the order of a confirmation whose answer was lost.</summary>
    Task<LookupOutcome> FindOrderAsync(ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken);

    /// <summary>Cancels a placed order where <see cref="ProviderCapabilities.SupportsCancel"/> says so.</summary>
    Task<CancelOutcome> CancelAsync(CancelRequest request, ProviderConfig config, CancellationToken cancellationToken);
}

/// <summary>What a provider can really do; the answer to the shopper never claims more.</summary>
public sealed record ProviderCapabilities(
    PricingMode Pricing,
    ConfirmMode Confirm,
    bool SupportsCancel = false,
    bool RequiresUserLink = false)
{
    /// <summary>
    /// Whether the provider calls <see cref="ConfirmRequest.MaySubmitAsync"/> before its point of no return. An attempt that was
    /// never allowed to submit then provably placed nothing.
    /// </summary>
    public bool AsksBeforeSubmitting { get; init; }
}

/// <summary>Where a price comes from.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PricingMode>))]
public enum PricingMode
{
    /// <summary>The provider quoted it.</summary>
    [JsonStringEnumMemberName("live")]
    Live,

    /// <summary>The provider gives no price, or only a part of it; the rest is our estimate.</summary>
    [JsonStringEnumMemberName("estimated")]
    Estimated,

    /// <summary>Invented, for local runs, drills and emergencies.</summary>
    [JsonStringEnumMemberName("mock")]
    Mock,
}

/// <summary>What a confirmation leads to.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ConfirmMode>))]
public enum ConfirmMode
{
    /// <summary>The provider has the order.</summary>
    [JsonStringEnumMemberName("placed")]
    Placed,

    /// <summary>The shopper continues at the provider's checkout; nothing is ordered yet.</summary>
    [JsonStringEnumMemberName("handoff")]
    Handoff,
}

/// <summary>Result of a provider's probe. The error holds no secret.</summary>
public sealed record ProviderHealth(bool IsHealthy, int LatencyMs, ProviderMode Mode, string? Error = null);

/// <summary>Whether quotes are mocks or come from the provider.</summary>
public enum ProviderMode
{
    Mock,
    Real,
}

/// <summary>A provider's answer to a basket.</summary>
public abstract record QuoteOutcome
{
    private QuoteOutcome()
    {
    }

    public sealed record Quoted(ProviderQuote Quote) : QuoteOutcome;

    public sealed record Failed(ProviderFailure Failure) : QuoteOutcome;
}

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
    /// <summary>How the courier and the provider reach the shopper; null means the contact in the provider's settings.</summary>
    public ShopperContact? Contact { get; init; }

    /// <summary>
    /// Asked immediately before the point of no return: false when another process has taken the confirmation over, and nothing
    /// may be placed any more.
    /// </summary>
    public Func<CancellationToken, Task<bool>>? MaySubmitAsync { get; init; }
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

/// <summary>The result of a confirmation.</summary>
public abstract record ConfirmOutcome
{
    private ConfirmOutcome()
    {
    }

    /// <summary>The provider has the order.</summary>
    public sealed record Placed(string ProviderOrderId, string? TrackingUrl, DateTimeOffset? EstimatedDelivery) : ConfirmOutcome;

    /// <summary>The shopper continues at this address; nothing is ordered yet.</summary>
    public sealed record HandedOff(string CheckoutUrl, string? ProviderOrderId = null) : ConfirmOutcome;

    /// <param name="ProvablyNothingPlaced">
    /// True only when the provider cannot have taken the order: no connection, 503 before a body, an explicit refusal.
    /// False when the answer was lost; such an order is unknown until the provider shows it, or shows that it is dead.
    /// </param>
    public sealed record Failed(ProviderFailure Failure, bool ProvablyNothingPlaced) : ConfirmOutcome;
}

/// <summary>What is known of an order whose confirmation got no answer.</summary>
public abstract record LookupOutcome
{
    private LookupOutcome()
    {
    }

    public sealed record Found(string ProviderOrderId, string? TrackingUrl) : LookupOutcome;

    /// <summary>
    /// The provider does not show the order as placed. After a submit whose answer was lost this proves nothing: the provider
    /// may still be about to commit it.
    /// </summary>
    public sealed record NotFound : LookupOutcome;

    /// <summary>The provider shows that there is no living order and never will be: it failed, was cancelled, or cannot exist.</summary>
    public sealed record Dead(string Evidence) : LookupOutcome;

    /// <summary>The provider cannot be asked, or did not answer.</summary>
    public sealed record Unknown(string Reason) : LookupOutcome;
}

public sealed record CancelRequest(Guid SessionId, string ProviderOrderId, string? Reason);

public abstract record CancelOutcome
{
    private CancelOutcome()
    {
    }

    /// <param name="RefundCents">What the provider says it pays back; null when it says nothing.</param>
    public sealed record Cancelled(long? RefundCents) : CancelOutcome;

    public sealed record NotSupported : CancelOutcome;

    public sealed record Failed(ProviderFailure Failure) : CancelOutcome;
}
