namespace Smplat.Core.Commerce.Experiments;

/// <summary>What an experiment has shown.</summary>
public enum Verdict
{
    InsufficientSample,
    GuardrailBreached,
    Better,
    Worse,
    NoDifference,
}

/// <summary>
/// Judges an experiment. Too few decisions are no verdict; a variant that costs shoppers too much, loses their orders or
/// their liking must be stopped, whatever it earns; else the difference must be larger than chance.
/// </summary>
public static class VerdictPolicy
{
    /// <summary>Standard errors beyond which a difference is not chance (95 percent).</summary>
    private const double Certainty = 1.96;

    private const decimal MostRatingLost = 0.3m;
    private const int FewestRatings = 30;

    public static Verdict Judge(ArmFigures? control, ArmFigures? variant, ExperimentOptions options)
    {
        if (control is null || variant is null || Math.Min(control.Decisions, variant.Decisions) < options.MinSample)
        {
            return Verdict.InsufficientSample;
        }

        if (IsBreached(control, variant, options.GuardrailPercent))
        {
            return Verdict.GuardrailBreached;
        }

        var price = Difference(
            control.AverageTotalCents, control.TotalDeviation, control.Decisions, variant.AverageTotalCents, variant.TotalDeviation, variant.Decisions);
        var commission = Difference(
            control.AverageCommissionCents,
            control.CommissionDeviation,
            control.Decisions,
            variant.AverageCommissionCents,
            variant.CommissionDeviation,
            variant.Decisions);
        return (price, commission) switch
        {
            ( < 0, >= 0) or (0, > 0) => Verdict.Better,
            ( > 0, <= 0) or (0, < 0) => Verdict.Worse,
            _ => Verdict.NoDifference,
        };
    }

    private static bool IsBreached(ArmFigures control, ArmFigures variant, int percent) =>
        100 * variant.AverageTotalCents > (100 + percent) * control.AverageTotalCents
        || 100 * variant.ConfirmedPercent < (100 - percent) * control.ConfirmedPercent
        || (Math.Min(control.Ratings, variant.Ratings) >= FewestRatings
            && variant.AverageRating < control.AverageRating - MostRatingLost);

    /// <returns>-1 when the variant is lower beyond chance, 1 when it is higher, else 0.</returns>
    private static int Difference(decimal control, decimal controlDeviation, long controls, decimal variant, decimal variantDeviation, long variants)
    {
        var error = Math.Sqrt(
            (double)(controlDeviation * controlDeviation / controls) + (double)(variantDeviation * variantDeviation / variants));
        var difference = (double)(variant - control);
        return Math.Abs(difference) <= Certainty * error ? 0 : Math.Sign(difference);
    }
}
