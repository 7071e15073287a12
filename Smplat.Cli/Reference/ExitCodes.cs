namespace Smplat.Cli.Reference;

/// <summary>What the end of a command means.</summary>
public static class ExitCodes
{
    public static IReadOnlyList<(int Code, string Meaning)> All { get; } =
    [
        (0, "done; a check passed"),
        (CommandLine.Failed, "failed: a limit was broken, the app or database did not answer, or part of the work did not succeed"),
        (CommandLine.UsedWrongly, "used wrongly: an unknown option, a value out of range, or a setting that cannot be read"),
    ];
}
