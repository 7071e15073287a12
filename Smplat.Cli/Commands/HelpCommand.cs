using System.CommandLine;
using System.Text.RegularExpressions;
using Spectre.Console;

namespace Smplat.Cli.Commands;

/// <summary>
/// <c>smplat help</c>: the help of a command, or what a name of the earlier runbooks is called here. The names come from the table
/// in docs/runbooks/README.md, which is embedded.
/// </summary>
public sealed class HelpCommand : ICommandModule
{
    private const int MostRows = 10;

    private static readonly Argument<string[]> Words = new("name")
    {
        Description = "A command, or a script, option, command, file, table, metric or flag of the earlier runbooks, or a part of one.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public void AddTo(RootCommand root)
    {
        var command = new CliCommand(
            "help",
            "Show the help of a command, or what an old name is called here.",
            "smplat help jobs run",
            "smplat help export_offer_events.py",
            "smplat help supabase secrets set")
        {
            Words,
        };
        // An option is a name to look up, too.
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetWork((parsed, _) => Task.FromResult(Run(root, parsed)));
        root.Subcommands.Add(command);
    }

    private static int Run(RootCommand root, ParseResult parsed)
    {
        string[] words = [.. parsed.GetValue(Words) ?? [], .. parsed.UnmatchedTokens];
        if (words.Length == 0 || IsCommand(root, words))
        {
            return root.Parse([.. words, "--help"]).Invoke();
        }

        var found = OldNames.Find(string.Join(' ', words));
        if (found.Count == 0)
        {
            return CliCommand.Fail($"There is no command and no old name \"{string.Join(' ', words)}\". docs/runbooks/README.md lists all.");
        }

        return parsed.Show(found.Take(MostRows).Select(row => new { row.Old, row.Here }), () =>
        {
            foreach (var row in found.Take(MostRows))
            {
                Console.WriteLine($"{row.Old}\n  {row.Here}");
            }

            if (found.Count > MostRows)
            {
                Terminal.Error.WriteLine($"{found.Count - MostRows} more; give more of the name.");
            }
        });
    }

    private static bool IsCommand(Command root, string[] words)
    {
        foreach (var word in words)
        {
            if (root.Subcommands.FirstOrDefault(child => child.Name == word) is not { } next)
            {
                return false;
            }

            root = next;
        }

        return true;
    }
}

/// <summary>A name of the earlier runbooks.</summary>
/// <param name="Here">What to use instead, in a sentence.</param>
public sealed record OldName(string Old, string Here);

/// <summary>The table of old names in docs/runbooks/README.md.</summary>
public static partial class OldNames
{
    private const string Heading = "## From the old names";

    public static IReadOnlyList<OldName> All { get; } = Read(Load());

    /// <summary>The rows of a page's table.</summary>
    public static IReadOnlyList<OldName> Read(string page) =>
    [
        .. from Match row in Row().Matches(page[page.IndexOf(Heading, StringComparison.Ordinal)..].ReplaceLineEndings("\n"))
           select new OldName(row.Groups[1].Value, Plain(row.Groups[2].Value)),
    ];

    /// <summary>
    /// The row of exactly this name; else those that contain it; else those whose words all occur in what was asked for, as when a
    /// whole command line was pasted, the longest first.
    /// </summary>
    public static IReadOnlyList<OldName> Find(string text)
    {
        var asked = Normal(text);
        if (asked.Length == 0)
        {
            return [];
        }

        OldName[] exact = [.. All.Where(row => Normal(row.Old) == asked)];
        if (exact.Length > 0)
        {
            return exact;
        }

        OldName[] containing = [.. All.Where(row => Normal(row.Old).Contains(asked, StringComparison.Ordinal))];
        if (containing.Length > 0)
        {
            return containing;
        }

        var words = asked.Split(' ').ToHashSet();
        return
        [
            .. All.Where(row => Normal(row.Old).Split(' ').All(words.Contains)).OrderByDescending(row => row.Old.Length),
        ];
    }

    private static string Normal(string text) => Spaces().Replace(text.Trim().TrimStart('-').ToLowerInvariant(), " ").TrimEnd('/');

    /// <summary>Markdown without its marks; a link shows its target.</summary>
    private static string Plain(string cell) => Link().Replace(cell, "$1 (docs/runbooks/$2)").Replace("`", "", StringComparison.Ordinal)
        .Replace("docs/runbooks/../../", "", StringComparison.Ordinal).Replace("docs/runbooks/../", "docs/", StringComparison.Ordinal);

    private static string Load()
    {
        using var stream = typeof(OldNames).Assembly.GetManifestResourceStream("runbooks.md")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"^\| `([^`]+)` \| (.+) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\[([^\]]*)\]\(([^)]*)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
