using System.Text.Json.Serialization;

namespace Smplat.Core.Commerce.Providers;

/// <summary>A normalised basket and where it goes. The same object is given to every provider.</summary>
/// <param name="CartHash">Hash of the lines with their ids, postal code and country, independent of routing preferences.</param>
public sealed record QuoteRequest(
    IReadOnlyList<RequestedItem> Items,
    DeliveryAddress Address,
    string CartHash,
    UserContext? User = null,
    DeliveryWindow? Window = null,
    string? SpecialInstructions = null)
{
    /// <summary>Asks the provider even when a recent quote is known, as a confirmation does.</summary>
    public bool Fresh { get; init; }

    /// <summary>Who is charged for the vendor calls; null for callers with a key and for our own work. Never stored.</summary>
    [JsonIgnore]
    public AnonymousCaller? Caller { get; init; }
}

/// <summary>A caller without a key, known by its network address. The address stays in memory and is not written anywhere.</summary>
public sealed record AnonymousCaller(string Address)
{
    public override string ToString() => "AnonymousCaller";
}

/// <summary>One line of the basket as the shopper wrote it.</summary>
/// <param name="Id">The caller's id, or derived from the name; unique in the basket.</param>
/// <param name="Unit">Unit as given, pcs when none was.</param>
/// <param name="PriceHintCents">The unit price that the caller expects; never charged.</param>
/// <param name="Preferences">Optional wishes such as brand or size.</param>
public sealed record RequestedItem(
    string Id,
    string Name,
    decimal Quantity,
    string Unit = RequestedItem.DefaultUnit,
    long? PriceHintCents = null,
    string? Category = null,
    IReadOnlyDictionary<string, string>? Preferences = null)
{
    public const string DefaultUnit = "pcs";
}

/// <summary>Where the basket goes. Country is ISO 3166 alpha-2.</summary>
public sealed record DeliveryAddress(
    string City,
    string PostalCode,
    string Country = "US",
    string? State = null,
    string? Street = null);

/// <summary>The shopper's accounts at the providers.</summary>
/// <param name="KrogerAccessToken">Short-lived shopper token of a linked Kroger account; never stored or logged.</param>
public sealed record UserContext(
    string? KrogerCustomerId = null,
    string? WalmartCustomerId = null,
    string? InstacartUserId = null,
    string? MealMeUserId = null,
    IReadOnlyList<string>? LoyaltyIds = null,
    [property: JsonIgnore] string? KrogerAccessToken = null);

/// <summary>When the shopper wants the delivery.</summary>
public sealed record DeliveryWindow(DateTimeOffset? Earliest, DateTimeOffset? Latest);

/// <summary>What a provider asks for a basket. Exactly one availability row per requested item; cart lines only for what it has.</summary>
public sealed record ProviderQuote
{
    /// <summary>How long a quote is shown as valid. Confirmation asks again when it is older than the quote cache allows.</summary>
    public static readonly TimeSpan Validity = TimeSpan.FromMinutes(15);

    public required QuotedProvider Provider { get; init; }

    public QuotedStore? Store { get; init; }

    public required IReadOnlyList<CartLine> Cart { get; init; }

    public required QuoteTotals Quote { get; init; }

    public required IReadOnlyList<ItemAvailability> ItemAvailability { get; init; }

    public string? AffiliateUrl { get; init; }

    public required PricingMode Pricing { get; init; }

    /// <summary>The prices are invented, so that the quote counts in no figure of the business.</summary>
    [JsonIgnore]
    public bool IsMock => Pricing == PricingMode.Mock;

    public required IReadOnlyList<QuoteFee> Fees { get; init; }

    /// <summary>When the provider was asked; a cached quote keeps the time of the original call.</summary>
    public required DateTimeOffset FetchedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public QuoteSource? Raw { get; init; }

    /// <summary>Notes for the shopper, such as an assumed pack size or a cached price. Null when there is none.</summary>
    public IReadOnlyList<string>? Warnings { get; init; }

    /// <summary>
    /// Parts of the totals that are our estimate because the provider gives none: items, fees, tax, eta. Null when all are quoted.
    /// </summary>
    public IReadOnlyList<string>? Estimates { get; init; }

    /// <summary>The provider's delivery tariff, when it is known beyond this basket; used to price split orders.</summary>
    public DeliveryTariff? Tariff { get; init; }

    /// <summary>The provider failed over a part of the basket; such a quote is not cached.</summary>
    [JsonIgnore]
    public bool IsPartial { get; init; }

    [JsonIgnore]
    public int FoundCount => ItemAvailability.Count(row => row.Status == AvailabilityStatus.Found);

    [JsonIgnore]
    public int SubstitutedCount => ItemAvailability.Count(row => row.Status == AvailabilityStatus.Substituted);
}

/// <summary>Copied from the provider's configuration at the time of the quote.</summary>
public sealed record QuotedProvider(ProviderId Id, string Name, int Priority)
{
    public static QuotedProvider From(ProviderConfig config) => new(config.Id, config.Name, config.Priority);
}

/// <param name="Address">One line: street, city, state and postal code.</param>
/// <param name="Distance">Miles, when the provider gives the distance.</param>
public sealed record QuotedStore(string Id, string Name, string Address, decimal? Distance = null);

/// <summary>One line that the provider can deliver.</summary>
public sealed record CartLine
{
    public required string ClientItemId { get; init; }

    public string? ProviderSku { get; init; }

    public required string Name { get; init; }

    public required decimal Quantity { get; init; }

    public string? Unit { get; init; }

    /// <summary>Price of one unit, or of one pack when <see cref="Packs"/> is given.</summary>
    public required long PriceCents { get; init; }

    /// <summary>What the line costs; the subtotal is the sum of these.</summary>
    public required long LineCents { get; init; }

    public bool Substituted { get; init; }

    public string? SubstitutionReason { get; init; }

    /// <summary>Packs to buy for the requested quantity.</summary>
    public int? Packs { get; init; }

    public string? PackSize { get; init; }

    /// <summary>What the provider's cart call needs when it is not the sku, for example a UPC.</summary>
    public string? VendorReference { get; init; }
}

/// <summary>Amounts in integer cents, where the total is exactly the sum of the parts; the dollar fields serve older clients.</summary>
public sealed record QuoteTotals(
    long SubtotalCents,
    long FeesCents,
    long TaxCents,
    string Currency = "USD",
    int? EstimatedDeliveryMinutes = null,
    DeliveryRange? EstimatedDelivery = null)
{
    public long TotalCents => SubtotalCents + FeesCents + TaxCents;

    /// <summary>The totals of an order in several parts: amounts add up, and the order is complete when the last part arrives.</summary>
    public static QuoteTotals Sum(IReadOnlyList<QuoteTotals> parts) =>
        parts.Count == 1
            ? parts[0]
            : new QuoteTotals(
                parts.Sum(part => part.SubtotalCents),
                parts.Sum(part => part.FeesCents),
                parts.Sum(part => part.TaxCents),
                parts[0].Currency,
                parts.Max(part => part.EstimatedDeliveryMinutes));

    public decimal Subtotal => SubtotalCents / 100m;

    public decimal DeliveryFee => FeesCents / 100m;

    public decimal Tax => TaxCents / 100m;

    public decimal Total => TotalCents / 100m;
}

/// <summary>Expected delivery in minutes from now.</summary>
public sealed record DeliveryRange(int Min, int Max);

public sealed record QuoteFee(string Type, long Cents);

/// <summary>Whether the provider has one requested item.</summary>
public sealed record ItemAvailability(
    string ClientItemId,
    string RequestedItem,
    AvailabilityStatus Status,
    bool InStock,
    string? ProviderSku = null,
    FoundProduct? FoundProduct = null,
    SubstitutedProduct? SubstitutedProduct = null)
{
    public bool Substituted => Status == AvailabilityStatus.Substituted;
}

[JsonConverter(typeof(JsonStringEnumConverter<AvailabilityStatus>))]
public enum AvailabilityStatus
{
    [JsonStringEnumMemberName("found")]
    Found,

    [JsonStringEnumMemberName("substituted")]
    Substituted,

    [JsonStringEnumMemberName("unavailable")]
    Unavailable,
}

public sealed record FoundProduct(string? Id, string Name, long PriceCents);

public sealed record SubstitutedProduct(string? Id, string Name, long PriceCents, string Reason);

/// <summary>For debugging: which client made the quote, live (real) or mock.</summary>
public sealed record QuoteSource(string Provider, string Mode, DateTimeOffset Timestamp, string? StoreId = null);

/// <summary>What delivery costs at a provider, whatever the basket.</summary>
/// <param name="FreeFromCents">Subtotal from which delivery is free.</param>
public sealed record DeliveryTariff(long FeeCents, long? FreeFromCents);

/// <summary>Arithmetic on integer cents. Halves are rounded up, as the price contract says; no binary floats are involved.</summary>
internal static class Cents
{
    /// <summary>A price above this is not believed.</summary>
    private const decimal LargestPriceDollars = 100_000m;

    /// <summary>Rounds to whole cents, halves up.</summary>
    public static long Round(decimal cents) => (long)decimal.Floor(cents + 0.5m);

    /// <summary>A share of an amount, for example a tax or a commission.</summary>
    public static long Share(long cents, decimal rate) => Round(cents * rate);

    /// <summary>What a quantity costs at a price per unit.</summary>
    public static long Line(long unitCents, decimal quantity) => Round(unitCents * quantity);

    /// <summary>A vendor's price in dollars; null when it is absent, zero, negative or absurdly high.</summary>
    public static long? FromPrice(decimal? dollars) =>
        dollars is > 0 and <= LargestPriceDollars ? Round(dollars.Value * 100) : null;
}
