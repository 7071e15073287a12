namespace Smplat.Core.Commerce.Experiments;

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
    long Ratings);
