namespace Smplat.Core.Platform.Jobs;

/// <summary>What a run did.</summary>
/// <param name="DidSomething">False for a pass that found nothing: it is logged at debug level and leaves no row.</param>
/// <param name="Summary">Counts and facts for the ledger and the summary line; no personal data.</param>
public sealed record JobReport(bool DidSomething, IReadOnlyDictionary<string, object?> Summary)
{
    public static JobReport Idle { get; } = new(false, new Dictionary<string, object?>());

    public static JobReport Of(bool didSomething, params (string Name, object? Value)[] summary) =>
        new(didSomething, summary.ToDictionary(entry => entry.Name, entry => entry.Value));
}
