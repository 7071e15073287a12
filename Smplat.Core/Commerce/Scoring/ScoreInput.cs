using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Scoring;

/// <summary>All that the ranking knows about one quote. Stored with each decision, so that it can be scored again.</summary>
/// <param name="PriceBasisCents">
/// What price and margin are judged by: the total, or the total of a comparable basket when that rule is on.
/// </param>
/// <param name="EtaMinutes">Null or 0 counts as <see cref="DefaultEtaMinutes"/>.</param>
/// <param name="Standing">What earlier orders taught; null when there were none.</param>
/// <param name="IsPreferred">The shopper named the provider; decides ties.</param>
public sealed record ScoreInput(
    ProviderId Provider,
    int Priority,
    long TotalCents,
    long PriceBasisCents,
    int? EtaMinutes,
    int Found,
    int Substituted,
    decimal CommissionRate,
    ProviderStanding? Standing = null,
    bool IsPreferred = false)
{
    /// <summary>What the basket would cost if it were whole; null when it is.</summary>
    public long? ComparableCents { get; init; }

    public const int DefaultEtaMinutes = 60;

    public int Eta => EtaMinutes is > 0 ? EtaMinutes.Value : DefaultEtaMinutes;

    public decimal CommissionRevenue => PriceBasisCents * CommissionRate;
}

/// <summary>What earlier orders say about a provider. Rates are percentages; an unknown rate is null, a rate of 0 is 0.</summary>
public sealed record ProviderStanding(decimal? SuccessRate, decimal? AvgMarginRate, decimal TotalOrders);
