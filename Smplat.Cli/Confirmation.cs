using System.CommandLine;
using Spectre.Console;

namespace Smplat.Cli;

/// <summary>
/// What a command does that changes many rows: it shows what it would change with <c>--dry-run</c>, asks before it does it
/// on a terminal, and needs <c>--yes</c> where nobody can answer.
/// </summary>
internal static class Confirmation
{
    public static readonly Option<bool> Yes = new("--yes", "-y") { Description = "Do it without asking; needed where nobody can answer." };

    public static readonly Option<bool> DryRun = new("--dry-run") { Description = "Show what would change; change nothing." };

    /// <param name="what">What is about to happen, as a sentence without its full stop.</param>
    /// <returns>False when the answer is no.</returns>
    /// <exception cref="UsageException">Nobody can answer, and --yes is missing.</exception>
    public static async Task<bool> AskAsync(ParseResult parsed, string what, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(Yes))
        {
            return true;
        }

        if (!Terminal.CanAsk || parsed.IsJson())
        {
            throw new UsageException($"{what}. Pass --yes to do it, or --dry-run to see what would change.");
        }

        Terminal.Error.MarkupInterpolated($"{what}. Continue? [grey](y/N)[/] ");
        var answer = await Console.In.ReadLineAsync(cancellationToken);
        if (answer?.Trim().ToLowerInvariant() is "y" or "yes")
        {
            return true;
        }

        Terminal.Error.MarkupLine("Nothing was changed.");
        return false;
    }
}
