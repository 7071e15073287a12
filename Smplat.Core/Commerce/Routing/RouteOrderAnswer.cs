using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Routing;

/// <summary>The answer to a routed order: the winner at the top level, the losers behind it, and the token that confirms it.</summary>
public sealed record RouteOrderAnswer
{
    public required bool Success { get; init; }

    public required string RequestId { get; init; }

    public required QuotedProvider SelectedProvider { get; init; }

    /// <summary>The winner's name.</summary>
    public required string Provider { get; init; }

    public required ProviderId ProviderId { get; init; }

    /// <summary>Business data; only for callers with a key.</summary>
    public ConfigAnswer? Config { get; init; }

    public QuotedStore? Store { get; init; }

    public required IReadOnlyList<CartLine> Cart { get; init; }

    public required QuoteTotals Quote { get; init; }

    public required IReadOnlyList<ItemAvailability> ItemAvailability { get; init; }

    public string? AffiliateUrl { get; init; }

    public required PricingMode Pricing { get; init; }

    public required IReadOnlyList<QuoteFee> Fees { get; init; }

    public QuoteSource? Raw { get; init; }

    /// <summary>Parts of the totals that are our estimate because the provider gives none: items, fees, tax, eta.</summary>
    public IReadOnlyList<string>? Estimates { get; init; }

    public required decimal Score { get; init; }

    public required ScoreAnswer ScoreBreakdown { get; init; }

    /// <summary>All losers in rank order.</summary>
    public required IReadOnlyList<AlternativeQuoteAnswer> AlternativeQuotes { get; init; }

    /// <summary>The first two losers in short, for older clients.</summary>
    public required IReadOnlyList<AlternativeAnswer> Alternatives { get; init; }

    public SavingsAnswer? Savings { get; init; }

    /// <summary>Set when the basket is divided among several providers; the fields above are then the sum of the parts.</summary>
    public bool? IsSplitOrder { get; init; }

    /// <summary>The parts of a divided order, dearest first; each has its own address for the shopper.</summary>
    public IReadOnlyList<SplitOrderAnswer>? Orders { get; init; }

    public IReadOnlyList<string>? UnavailableItems { get; init; }

    /// <summary>Dollars.</summary>
    public decimal? TotalCost { get; init; }

    public int? TotalItems { get; init; }

    /// <summary>What the cheapest and the fastest of the other offers would have meant.</summary>
    public string? Counterfactual { get; init; }

    public required string ConfirmationToken { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required string Message { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }
}

/// <summary>A provider's configuration as shown to callers with a key.</summary>
public sealed record ConfigAnswer(
    ProviderId Id,
    string Name,
    bool Enabled,
    int Priority,
    decimal CommissionRate,
    IReadOnlyList<string> Regions,
    int Timeout,
    int MaxRetries)
{
    public static ConfigAnswer From(ProviderConfig config) =>
        new(
            config.Id,
            config.Name,
            config.Enabled,
            config.Priority,
            config.CommissionRate,
            config.Regions,
            config.TimeoutMs,
            config.MaxRetries);
}

/// <summary>A loser in full.</summary>
public sealed record AlternativeQuoteAnswer(
    QuotedProvider Provider,
    QuotedStore? Store,
    IReadOnlyList<CartLine> Cart,
    QuoteTotals Quote,
    IReadOnlyList<ItemAvailability> ItemAvailability,
    string? AffiliateUrl,
    PricingMode Pricing,
    IReadOnlyList<QuoteFee> Fees,
    decimal Score,
    ScoreAnswer ScoreBreakdown);

/// <param name="Total">Dollars.</param>
/// <param name="EstimatedDelivery">Longest expected delivery in minutes, 0 when unknown.</param>
public sealed record AlternativeAnswer(
    string Provider,
    ProviderId ProviderId,
    long TotalCents,
    decimal Score,
    int EstimatedDeliveryMinutes,
    decimal Total,
    int EstimatedDelivery);

/// <param name="SavedCents">Against the cheapest alternative; negative when that would have been cheaper.</param>
public sealed record SavingsAnswer(ProviderId CheapestAlternative, long AlternativeTotalCents, long SavedCents);
