namespace Smplat.Cli.Commands.Incident;

/// <summary>One file of a snapshot, or the reason why it is not there.</summary>
/// <param name="State"><c>kept</c>, <c>missing</c> or <c>left_out</c>: nothing was asked for it.</param>
/// <param name="Reason">Why it is not there, or what it does not cover.</param>
public sealed record SnapshotPart(string File, string What, string Source, string State, long Bytes, string? Reason)
{
    public const string Kept = "kept";
    public const string Missing = "missing";
    public const string LeftOut = "left_out";
}
