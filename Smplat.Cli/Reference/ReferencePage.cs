using System.CommandLine;
using System.Globalization;
using System.Text;

namespace Smplat.Cli.Reference;

/// <summary>The page docs/cli.md, made from the commands themselves.</summary>
public static class ReferencePage
{
    private const string Opening =
        """
        # Command line

        `smplat` is what runbooks and workflows call. This page is made by `smplat reference`; a test holds it equal to the
        commands.

        ## Install

        It is a dotnet tool. From a checkout, pack it and install it from that folder:

        ```bash
        dotnet pack Smplat.Cli -c Release -o artifacts/packages
        dotnet tool install --global --add-source artifacts/packages Smplat.Cli
        smplat health
        ```

        `dotnet tool update` with the same source takes a newer build. Without installing,
        `dotnet run --project Smplat.Cli -- health` does the same.

        ## Where it looks

        | What | First found of |
        | --- | --- |
        | database | `--database`, `SMPLAT_DATABASE`, the app that runs from this checkout (`.local/environment.json`) |
        | address of the app | `--base-url`, `API_BASE_URL`, that running app, `http://localhost:7071` |
        | key | `--api-key`, `OPERATOR_API_KEY`, `CHECKOUT_API_KEY` |

        Commands with `--base-url` speak to a running app; the others work on the database and need no app. Other settings
        come from the environment, by the names of [settings.md](settings.md).

        ## Output

        Results go to standard output, problems and progress to standard error. `--json` prints one JSON document with the
        names of the routes; without it, tables and sentences. Into a pipe or file there is no colour and no line is cut.


        """;

    public static string Write(RootCommand root)
    {
        var page = new StringBuilder(Opening).Append("## Exit codes\n\n| Code | Means |\n| --- | --- |\n");
        foreach (var (code, meaning) in ExitCodes.All)
        {
            page.Append(CultureInfo.InvariantCulture, $"| {code} | {meaning} |\n");
        }

        page.Append("\n## Every command\n\n");
        Table(page, "Option", [GlobalOptions.Database, GlobalOptions.Json]);
        foreach (var (path, command) in CommandPaths.Leaves(root))
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## `smplat {path}`\n\n{command.Description}\n\n");
            Table(page, "Argument or option", [.. command.Arguments, .. command.Options]);
            page.Append("```bash\n").AppendJoin('\n', Examples.Of(command)).Append("\n```\n");
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

    private static string Default(Symbol symbol) => symbol switch
    {
        Option { Required: true } => "required",
        // Who types it; the page is the same on every machine.
        Option { Name: "--by" or "--actor" } => "the account's name",
        Option { HasDefaultValue: true } option => Text(option.GetDefaultValue()),
        Argument { HasDefaultValue: false } => "required",
        _ => "",
    };

    private static string Text(object? value) => value switch
    {
        null or false or "" => "",
        Enum label => $"`{label.ToString().ToLowerInvariant()}`",
        IFormattable number => $"`{number.ToString(null, CultureInfo.InvariantCulture)}`",
        _ => $"`{value}`",
    };

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
