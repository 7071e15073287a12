using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Smplat.Core.Commerce.Scoring;

namespace Smplat.Core.Commerce.Routing;

/// <summary>
/// Which arm a shopper is in. The same shopper is always in the same arm of an experiment, on every instance, and raising
/// the share only adds shoppers to the variant.
/// </summary>
internal static class Assignment
{
    public const string Control = "control";
    public const string Variant = "variant";

    private const int Buckets = 10_000;

    /// <param name="subject">User id, or the request id of an anonymous shopper.</param>
    public static string Of(string experiment, string subject, int sharePercent)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{experiment}\u001f{subject}"));
        return BinaryPrimitives.ReadUInt32BigEndian(hash) % Buckets < sharePercent * (Buckets / 100) ? Variant : Control;
    }

    /// <returns>The weights to decide by, and the arm as it is written down; no arm without an experiment.</returns>
    public static (ScoreWeights Weights, string? Arm) Apply(ExperimentOptions options, string subject, ScoreWeights weights)
    {
        if (!options.IsRunning)
        {
            return (weights, null);
        }

        var arm = Of(options.Name!, subject, options.SharePercent);
        return (arm == Variant ? WeightsText.Parse(options.Weights!, weights) ?? weights : weights, $"{options.Name}:{arm}");
    }
}
