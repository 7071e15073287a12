using System.Text.Json.Serialization;

namespace Smplat.Core.Commerce.Routing;

/// <summary>What an experiment has shown.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Verdict>))]
public enum Verdict
{
    [JsonStringEnumMemberName("insufficient_sample")]
    InsufficientSample,

    [JsonStringEnumMemberName("guardrail_breached")]
    GuardrailBreached,

    [JsonStringEnumMemberName("better")]
    Better,

    [JsonStringEnumMemberName("worse")]
    Worse,

    [JsonStringEnumMemberName("no_difference")]
    NoDifference,
}

/// <summary>
/// Judges an experiment. Too few decisions are no verdict; a variant that costs shoppers too much, loses their orders or
/// their liking must be stopped, whatever it earns; else the difference must be larger than chance.
/// </summary>
internal static class VerdictPolicy
{
    /// <summary>Standard errors beyond which a difference in either direction is not chance (95 percent).</summary>
    private const double Certainty = 1.96;

    /// <summary>The same for harm, which has one direction only.</summary>
    private const double CertainHarm = 1.645;

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

        return (Difference(control.Total, variant.Total), Difference(control.Commission, variant.Commission)) switch
        {
            ( < 0, >= 0) or (0, > 0) => Verdict.Better,
            ( > 0, <= 0) or (0, < 0) => Verdict.Worse,
            _ => Verdict.NoDifference,
        };
    }

    /// <summary>Harm must be larger than the guardrail allows, and larger than chance makes of nothing.</summary>
    private static bool IsBreached(ArmFigures control, ArmFigures variant, int percent) =>
        (100 * variant.AverageTotalCents > (100 + percent) * control.AverageTotalCents
            && variant.Total.ErrorsFrom(control.Total) > CertainHarm)
        || (100 * variant.ConfirmedPercent < (100 - percent) * control.ConfirmedPercent
            && control.Confirmed.ErrorsFrom(variant.Confirmed) > CertainHarm)
        || (Math.Min(control.Ratings, variant.Ratings) >= FewestRatings
            && variant.AverageRating < control.AverageRating - MostRatingLost
            && control.Rating.ErrorsFrom(variant.Rating) > CertainHarm);

    /// <returns>-1 when the variant is lower beyond chance, 1 when it is higher, else 0.</returns>
    private static int Difference(SampleMean control, SampleMean variant) => variant.ErrorsFrom(control) switch
    {
        > Certainty => 1,
        < -Certainty => -1,
        _ => 0,
    };
}
