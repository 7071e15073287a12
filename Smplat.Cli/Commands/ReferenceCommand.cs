using System.Collections;
using System.CommandLine;
using System.Globalization;
using System.Text;

namespace Smplat.Cli.Commands;

/// <summary><c>smplat reference</c>: all commands as a page of Markdown.</summary>
public sealed class ReferenceCommand : ICommandModule
{
    public void AddTo(RootCommand root)
    {
        var reference = new CliCommand(
            "reference", "Print this page: every command with its options and examples, as Markdown.", "smplat reference > docs/cli.md");
        reference.SetWork((parsed, _) => Task.FromResult(parsed.Show(Outline(root), () => Console.Write(ReferencePage.Write(root)))));
        root.Subcommands.Add(reference);
    }

    private static object[] Outline(RootCommand root) =>
    [
        .. CommandPaths.Leaves(root).Select(leaf => new
        {
            command = $"smplat {leaf.Path}",
            leaf.Command.Description,
            options = leaf.Command.Options.Select(option => option.Name),
            examples = CliCommand.ExamplesOf(leaf.Command),
        }),
    ];
}

/// <summary>The page docs/cli.md, generated from the commands.</summary>
public static class ReferencePage
{
    private const string Opening =
        """
        # Command line

        Runbooks and workflows call `smplat`. `smplat reference` generates this page; a test keeps it in step with the commands.

        ## Install

        It is a dotnet tool. From a checkout, pack it and install it from that folder:

        ```bash
        dotnet pack Smplat.Cli -c Release -o artifacts/packages
        dotnet tool install --global --add-source artifacts/packages Smplat.Cli
        smplat health
        ```

        To update, run `dotnet tool update` with the same source. To run it without installing:
        `dotnet run --project Smplat.Cli -- health`.

        ## Settings

        | Setting | First match wins |
        | --- | --- |
        | database | `--database`, `SMPLAT_DATABASE`, the app running from this checkout (`environment.json` in `.local` or `SMPLAT_LOCAL_FOLDER`) |
        | app URL | `--base-url`, `API_BASE_URL`, the app running from this checkout, `http://localhost:7071` |
        | API key | `--api-key`, `OPERATOR_API_KEY`, `CHECKOUT_API_KEY` |

        Commands with `--base-url` call a running app; the others use the database directly and need no app. A local app without
        keys needs none from the command line either. Other settings come from the environment, under the names in
        [settings.md](settings.md).

        ## Completion

        `source <(smplat completion bash)` completes commands, options, job ids, providers, kinds of messages and events; `zsh`,
        `fish` and `pwsh` have their own scripts. Add the line to your shell's profile.

        ## Output

        Results go to standard output, problems and progress to standard error. `--json` prints one JSON document
        with the same field names as the routes; without it, commands print tables and sentences. Tables fit the terminal: free
        text is wrapped, and columns without room stand below their row; ids are never cut. When output is piped or
        redirected, it has no colour and each row is one line, unless COLUMNS is exported.

        ## Questions

        Commands that change many rows show with `--dry-run` what they would change, and ask before they change it. Where nobody
        can answer, as in a script or with `--json`, they need `--yes`.


        """;

    public static string Write(RootCommand root)
    {
        var page = new StringBuilder(Opening).Append("## Exit codes\n\n| Code | Meaning |\n| --- | --- |\n");
        foreach (var (code, meaning) in CommandLine.ExitCodes)
        {
            page.Append(CultureInfo.InvariantCulture, $"| {code} | {meaning} |\n");
        }

        page.Append("\n## Options of every command\n\n");
        Table(page, "Option", GlobalOptions.All);
        foreach (var (path, command) in CommandPaths.Leaves(root))
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## `smplat {path}`\n\n{command.Description}\n\n");
            Table(page, "Argument or option", [.. command.Arguments, .. command.Options]);
            page.Append("```bash\n").AppendJoin('\n', CliCommand.ExamplesOf(command)).Append("\n```\n");
        }

        return page.ToString().Replace("\r\n", "\n", StringComparison.Ordinal);
    }

    private static void Table(StringBuilder page, string heading, IReadOnlyList<Symbol> symbols)
    {
        if (symbols.Count == 0)
        {
            return;
        }

        page.Append(CultureInfo.InvariantCulture, $"| {heading} | Default | Meaning |\n| --- | --- | --- |\n");
        foreach (var symbol in symbols)
        {
            page.Append(CultureInfo.InvariantCulture, $"| `{Name(symbol)}` | {Default(symbol)} | {Cell(symbol.Description ?? "")} |\n");
        }

        page.Append('\n');
    }

    private static string Name(Symbol symbol) => symbol is Argument ? symbol.Name.ToUpperInvariant() : symbol.Name;

    /// <summary>The default of an option as people read it; empty when there is none worth naming.</summary>
    internal static string DefaultOf(Option option) => Default(option).Trim('`');

    private static string Default(Symbol symbol) => symbol switch
    {
        Option { Required: true } => "required",
        // The real default is the local account, which would differ by machine.
        Option { Name: "--by" or "--actor" } => "the account's name",
        Option { HasDefaultValue: true } option => Text(option.GetDefaultValue()),
        Argument { HasDefaultValue: false } => "required",
        _ => "",
    };

    private static string Text(object? value) => value switch
    {
        null or false or "" or ICollection { Count: 0 } => "",
        Enum label => $"`{label.ToString().ToLowerInvariant()}`",
        IFormattable number => $"`{number.ToString(null, CultureInfo.InvariantCulture)}`",
        _ => $"`{value}`",
    };

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}

/// <summary>A command's path in the tree.</summary>
public static class CommandPaths
{
    /// <summary>All commands without subcommands, by path, such as <c>jobs run</c>.</summary>
    public static IEnumerable<(string Path, Command Command)> Leaves(RootCommand root) =>
        Below(root, "").OrderBy(leaf => leaf.Path, StringComparer.Ordinal);

    /// <summary>The names from below the root down to this command.</summary>
    public static string Of(Command command) => command is RootCommand
        ? ""
        : string.Join(' ', command.Parents.OfType<Command>().Take(1).Select(Of).Append(command.Name).Where(name => name.Length > 0));

    private static IEnumerable<(string Path, Command Command)> Below(Command command, string path) =>
        from child in command.Subcommands
        let name = path.Length == 0 ? child.Name : $"{path} {child.Name}"
        from leaf in child.Subcommands.Count == 0 ? [(name, child)] : Below(child, name)
        select leaf;
}
