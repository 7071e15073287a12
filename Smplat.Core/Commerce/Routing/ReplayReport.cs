using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Routing;

/// <summary>What other weights would have done to the decisions of a window.</summary>
public sealed record ReplayReport(
    long Decisions,
    long Changed,
    decimal ChangedPercent,
    ReplayAverages Before,
    ReplayAverages After,
    IReadOnlyList<ProviderShare> Providers);

/// <summary>Per order.</summary>
public sealed record ReplayAverages(decimal TotalCents, decimal DeliveryMinutes, decimal CommissionCents);

/// <summary>How many orders a provider got, and would have got.</summary>
public sealed record ProviderShare(ProviderId Provider, long Before, long After, long Decisions)
{
    public decimal BeforePercent => Percent(Before);

    public decimal AfterPercent => Percent(After);

    private decimal Percent(long count) => Decisions == 0 ? 0 : Math.Round(100m * count / Decisions, 2);
}
