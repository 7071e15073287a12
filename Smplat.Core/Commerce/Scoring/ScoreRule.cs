namespace Smplat.Core.Commerce.Scoring;

/// <summary>The rule that a decision is made by.</summary>
public sealed record ScoreRule(bool ComparableBaskets, Normalisation Normalisation, PriorityMode PriorityMode, bool FairGuard)
{
    public static ScoreRule Canonical { get; } = new(false, Normalisation.MinMax, PriorityMode.Absolute, false);

    /// <summary>The canonical rule, each departure by itself, and all of them together, by name.</summary>
    public static IReadOnlyList<(string Name, ScoreRule Rule)> All { get; } =
    [
        ("canonical", Canonical),
        ("comparable", Canonical with { ComparableBaskets = true }),
        ("anchored", Canonical with { Normalisation = Normalisation.Anchored }),
        ("centered", Canonical with { PriorityMode = PriorityMode.Centered }),
        ("fair", Canonical with { FairGuard = true }),
        ("all", new(true, Normalisation.Anchored, PriorityMode.Centered, true)),
    ];
}
