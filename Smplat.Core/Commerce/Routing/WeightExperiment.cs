using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using Smplat.Core.Commerce.Scoring;

namespace Smplat.Core.Commerce.Routing;

/// <summary>Reads the results of an experiment and gives a verdict.</summary>
public sealed class ExperimentReview(EdgeLogStore log, IOptionsMonitor<ExperimentOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan DefaultWindow = TimeSpan.FromDays(7);

    /// <param name="name">Null for the one in the settings.</param>
    /// <param name="since">Null for the last seven days.</param>
    /// <returns>Null when no name is given and none is set.</returns>
    public async Task<ExperimentReport?> ReadAsync(string? name, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        var wanted = name ?? settings.Name;
        if (string.IsNullOrEmpty(wanted))
        {
            return null;
        }

        var from = since ?? clock.GetUtcNow() - DefaultWindow;
        var arms = await log.ReadArmsAsync(wanted, from, cancellationToken);
        var isCurrent = wanted == settings.Name;
        return new ExperimentReport
        {
            Name = wanted,
            IsRunning = isCurrent && settings.IsRunning,
            Weights = isCurrent ? settings.Weights : null,
            SharePercent = isCurrent ? settings.SharePercent : null,
            MinSample = settings.MinSample,
            GuardrailPercent = settings.GuardrailPercent,
            Since = from,
            Verdict = VerdictPolicy.Judge(
                arms.FirstOrDefault(arm => arm.Arm == ExperimentAssignment.Control),
                arms.FirstOrDefault(arm => arm.Arm == ExperimentAssignment.Variant),
                settings),
            Arms = arms,
        };
    }
}

/// <summary>The results of an experiment so far.</summary>
public sealed record ExperimentReport
{
    public required string Name { get; init; }

    /// <summary>Whether decisions are currently made by it.</summary>
    public required bool IsRunning { get; init; }

    /// <summary>Of the variant; null when the experiment is not the one in the settings.</summary>
    public string? Weights { get; init; }

    public int? SharePercent { get; init; }

    public required int MinSample { get; init; }

    public required int GuardrailPercent { get; init; }

    public required DateTimeOffset Since { get; init; }

    public required Verdict Verdict { get; init; }

    public required IReadOnlyList<ArmStats> Arms { get; init; }
}

/// <summary>The results of one arm of an experiment.</summary>
public sealed record ArmStats
{
    public required string Arm { get; init; }

    public required long Decisions { get; init; }

    public decimal AverageTotalCents { get; init; }

    public decimal TotalDeviation { get; init; }

    public decimal AverageCommissionCents { get; init; }

    public decimal CommissionDeviation { get; init; }

    public decimal AverageMinutes { get; init; }

    /// <summary>Share of the decisions that became an order.</summary>
    public decimal ConfirmedPercent { get; init; }

    /// <summary>Of the shoppers, 1 to 5; null without ratings.</summary>
    public decimal? AverageRating { get; init; }

    public decimal RatingDeviation { get; init; }

    public long Ratings { get; init; }

    internal SampleMean Total => new(AverageTotalCents, TotalDeviation, Decisions);

    internal SampleMean Commission => new(AverageCommissionCents, CommissionDeviation, Decisions);

    internal SampleMean Rating => new(AverageRating ?? 0, RatingDeviation, Ratings);

    internal SampleMean Confirmed => SampleMean.OfShare(ConfirmedPercent / 100, Decisions);
}

/// <summary>
/// Which arm a shopper is in. The same shopper is always in the same arm of an experiment, on every instance, and raising
/// the share only adds shoppers to the variant.
/// </summary>
internal static class ExperimentAssignment
{
    public const string Control = "control";
    public const string Variant = "variant";

    private const int Buckets = 10_000;

    /// <param name="subject">User id, or the request id of an anonymous shopper.</param>
    public static string ArmOf(string experiment, string subject, int sharePercent)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{experiment}\u001f{subject}"));
        return BinaryPrimitives.ReadUInt32BigEndian(hash) % Buckets < sharePercent * (Buckets / 100) ? Variant : Control;
    }

    /// <returns>The weights to decide by, and the arm as it is logged; no arm without an experiment.</returns>
    public static (ScoreWeights Weights, string? Arm) Apply(ExperimentOptions options, string subject, ScoreWeights weights)
    {
        if (!options.IsRunning)
        {
            return (weights, null);
        }

        var arm = ArmOf(options.Name!, subject, options.SharePercent);
        return (arm == Variant ? ScoreWeights.Parse(options.Weights!, weights) ?? weights : weights, $"{options.Name}:{arm}");
    }
}

/// <summary>The verdict on an experiment.</summary>
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
/// Judges an experiment. Too few decisions give no verdict. A variant that costs shoppers too much, or lowers their orders or
/// ratings too much, must be stopped whatever it earns. Otherwise a difference counts only when it is larger than chance.
/// </summary>
internal static class VerdictPolicy
{
    /// <summary>Standard errors beyond which a difference in either direction is not chance (95 percent).</summary>
    private const double DifferenceThreshold = 1.96;

    /// <summary>The same for harm, which is tested in one direction only.</summary>
    private const double HarmThreshold = 1.645;

    private const decimal MaxRatingLoss = 0.3m;
    private const int MinRatings = 30;

    public static Verdict Judge(ArmStats? control, ArmStats? variant, ExperimentOptions options)
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

    /// <summary>Harm counts when it is larger than the guardrail allows and larger than chance.</summary>
    private static bool IsBreached(ArmStats control, ArmStats variant, int percent) =>
        (100 * variant.AverageTotalCents > (100 + percent) * control.AverageTotalCents
            && variant.Total.ErrorsFrom(control.Total) > HarmThreshold)
        || (100 * variant.ConfirmedPercent < (100 - percent) * control.ConfirmedPercent
            && control.Confirmed.ErrorsFrom(variant.Confirmed) > HarmThreshold)
        || (Math.Min(control.Ratings, variant.Ratings) >= MinRatings
            && variant.AverageRating < control.AverageRating - MaxRatingLoss
            && control.Rating.ErrorsFrom(variant.Rating) > HarmThreshold);

    /// <returns>-1 when the variant is significantly lower, 1 when it is significantly higher, otherwise 0.</returns>
    private static int Difference(SampleMean control, SampleMean variant) => variant.ErrorsFrom(control) switch
    {
        > DifferenceThreshold => 1,
        < -DifferenceThreshold => -1,
        _ => 0,
    };
}

/// <summary>The mean and standard deviation of a sample.</summary>
internal readonly record struct SampleMean(decimal Mean, decimal Deviation, long Count)
{
    public static SampleMean OfShare(decimal share, long count) =>
        new(share, (decimal)Math.Sqrt((double)(share * (1 - share))), count);

    /// <summary>
    /// The difference to another sample in standard errors: chance exceeds 1.96 in either direction in one case of twenty.
    /// Infinite for a difference between samples that do not vary at all.
    /// </summary>
    public double ErrorsFrom(SampleMean other)
    {
        if (Count == 0 || other.Count == 0 || Mean == other.Mean)
        {
            return 0;
        }

        var error = Math.Sqrt(
            (double)(Deviation * Deviation / Count) + (double)(other.Deviation * other.Deviation / other.Count));
        var difference = (double)(Mean - other.Mean);
        return error == 0 ? Math.Sign(difference) * double.PositiveInfinity : difference / error;
    }
}
