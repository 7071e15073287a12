namespace Smplat.LocalHost.LocalServices.Processes;

/// <param name="ExitCode">Zero when the tool succeeded.</param>
/// <param name="Output">Both of its streams, trimmed.</param>
public sealed record CommandResult(int ExitCode, string Output)
{
    /// <exception cref="LocalStartException">The tool failed; its output is in the message.</exception>
    public void ThrowIfFailed(string deed)
    {
        if (ExitCode != 0)
        {
            throw new LocalStartException($"{deed} failed (exit code {ExitCode}).{Environment.NewLine}{Output}");
        }
    }
}
