namespace Smplat.Core.Commerce.Routing;

/// <summary>What one arm of an experiment came to.</summary>
/// <param name="ConfirmedPercent">Share of the decisions that became an order.</param>
/// <param name="AverageRating">Of the shoppers, 1 to 5; null without ratings.</param>
public sealed record ArmFigures(
    string Arm,
    long Decisions,
    decimal AverageTotalCents,
    decimal TotalDeviation,
    decimal AverageCommissionCents,
    decimal CommissionDeviation,
    decimal AverageMinutes,
    decimal ConfirmedPercent,
    decimal? AverageRating,
    decimal RatingDeviation,
    long Ratings)
{
    internal SampleMean Total => new(AverageTotalCents, TotalDeviation, Decisions);

    internal SampleMean Commission => new(AverageCommissionCents, CommissionDeviation, Decisions);

    internal SampleMean Rating => new(AverageRating ?? 0, RatingDeviation, Ratings);

    internal SampleMean Confirmed => SampleMean.OfShare(ConfirmedPercent / 100, Decisions);
}
