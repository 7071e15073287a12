using System.CommandLine;
using System.Text.Json;
using Smplat.Cli.Commands.Api;
using Spectre.Console;

namespace Smplat.Cli.Commands.Operators;

/// <summary><c>smplat flags</c>: every switch as the running app reads it.</summary>
public sealed class FlagCommands : ICommandModule
{
    private static readonly Option<bool> Changed = new("--changed") { Description = "Only switches that differ from their default." };

    private static readonly Option<string?> Only = new("--only") { Description = "Only switches whose name contains this." };

    public void AddTo(RootCommand root)
    {
        var flags = new Command("flags", "Every switch as the running app reads it. Flip one by changing its app setting.")
        {
            Changed, Only, ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout,
        };
        flags.SetWork(ListAsync);
        root.Subcommands.Add(flags);
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var api = ApiOptions.Connect(parsed);
        var answer = await api.GetAsync("/api/v1/operators/flags", cancellationToken);
        var only = parsed.GetValue(Only) ?? "";
        JsonElement[] flags =
        [
            .. answer.GetProperty("flags").EnumerateArray()
                .Where(flag => flag.GetProperty("setting").GetString()!.Contains(only, StringComparison.OrdinalIgnoreCase))
                .Where(flag => !parsed.GetValue(Changed) || !flag.GetProperty("is_default").GetBoolean()),
        ];
        return parsed.Show(new { flags }, () => Print(flags));
    }

    private static void Print(IEnumerable<JsonElement> flags)
    {
        var table = new Table().AddColumns("setting", "on", "default");
        foreach (var flag in flags)
        {
            table.AddRow(
                Markup.Escape(flag.GetProperty("setting").GetString()!),
                flag.GetProperty("is_on").GetBoolean() ? "[green]yes[/]" : "[grey]no[/]",
                flag.GetProperty("is_default").GetBoolean() ? "" : "changed");
        }

        AnsiConsole.Write(table);
    }
}
