using Smplat.Core.Commerce.Scoring;

namespace Smplat.Core.Commerce.Learning;

/// <summary>A provider's row of metrics.</summary>
internal sealed record MetricsRow(
    string ProviderId,
    long TotalOrders,
    decimal? SuccessRate,
    decimal? AvgMarginRate,
    decimal? FulfilmentRatio,
    decimal? EtaBiasMinutes);

/// <summary>
/// One figure of reliability from three: how often orders succeed, how much of them arrives, and how late. Missing items cost
/// up to a fifth of the success rate, lateness up to a tenth (an hour or more late); what is unknown costs nothing.
/// </summary>
internal static class StandingPolicy
{
    private const decimal FulfilmentShare = 0.2m;
    private const decimal LatenessShare = 0.1m;
    private const decimal LatestMinutes = 60;

    public static ProviderStanding Of(MetricsRow row) =>
        new(
            row.SuccessRate * Fulfilment(row.FulfilmentRatio) * Punctuality(row.EtaBiasMinutes),
            row.AvgMarginRate,
            row.TotalOrders);

    private static decimal Fulfilment(decimal? ratio) => 1 - (FulfilmentShare * (1 - Math.Clamp(ratio ?? 1, 0, 1)));

    private static decimal Punctuality(decimal? lateMinutes) =>
        1 - (LatenessShare * Math.Clamp((lateMinutes ?? 0) / LatestMinutes, 0, 1));
}
