using Smplat.Core.Platform.Input;

namespace Smplat.Functions.Jobs;

/// <param name="TriggeredBy">Who runs it, for the ledger. Default <c>manual</c>.</param>
/// <param name="EvenIfDisabled">Run a job whose switch is off.</param>
public sealed record RunJobCommand(string TriggeredBy, bool EvenIfDisabled)
{
    public static RunJobCommand Read(Fields fields) => new(
        fields.Text("triggered_by", 1, 64) ?? "manual",
        fields.Flag("even_if_disabled") ?? false);
}
