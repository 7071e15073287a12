namespace Smplat.Core.Commerce.Routing;

/// <summary>How an experiment stands.</summary>
/// <param name="IsRunning">Whether it is the one that decisions are made by now.</param>
/// <param name="Weights">Of the variant; null when the experiment is not the one in the settings.</param>
public sealed record ExperimentReport(
    string Name,
    bool IsRunning,
    string? Weights,
    int? SharePercent,
    int MinSample,
    int GuardrailPercent,
    DateTimeOffset Since,
    Verdict Verdict,
    IReadOnlyList<ArmFigures> Arms);
