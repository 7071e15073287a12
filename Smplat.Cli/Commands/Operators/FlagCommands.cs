using System.CommandLine;
using Smplat.Cli.Commands.Api;
using Spectre.Console;

namespace Smplat.Cli.Commands.Operators;

/// <summary><c>smplat flags</c>: every switch as the running app reads it.</summary>
public sealed class FlagCommands : ICommandModule
{
    public void AddTo(RootCommand root)
    {
        var flags = new Command("flags", "Every switch as the running app reads it. Flip one by changing its app setting.")
        {
            ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout, ApiOptions.Json,
        };
        flags.SetWork(ListAsync);
        root.Subcommands.Add(flags);
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var api = ApiOptions.Connect(parsed);
        var answer = await api.GetAsync("/api/v1/operators/flags", cancellationToken);
        if (parsed.GetValue(ApiOptions.Json))
        {
            Console.WriteLine(answer.ToString());
            return 0;
        }

        var table = new Table().AddColumns("setting", "on", "default");
        foreach (var flag in answer.GetProperty("flags").EnumerateArray())
        {
            table.AddRow(
                Markup.Escape(flag.GetProperty("setting").GetString()!),
                flag.GetProperty("is_on").GetBoolean() ? "[green]yes[/]" : "[grey]no[/]",
                flag.GetProperty("is_default").GetBoolean() ? "" : "changed");
        }

        AnsiConsole.Write(table);
        return 0;
    }
}
