using System.CommandLine;
using System.Text.Json;

namespace Smplat.Cli.Commands;

/// <summary><c>smplat flags</c>: every feature flag as the running app reads it.</summary>
public sealed class FlagCommands : ICommandModule
{
    private static readonly Option<bool> Changed = new("--changed") { Description = "Only flags that differ from their default." };

    private static readonly Option<string?> Only = new("--only") { Description = "Only flags whose name contains this." };

    public void AddTo(RootCommand root)
    {
        var flags = new CliCommand(
            "flags",
            "List feature flags as the running app reads them. To change one, change its app setting.",
            "smplat flags --changed",
            "smplat flags --only LOOPGPT_ENABLE --json")
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
        return parsed.Show(new { flags }, TableOf(flags));
    }

    private static TextTable TableOf(IEnumerable<JsonElement> flags)
    {
        var table = new TextTable("There are no such flags.", "setting", "on", "default");
        foreach (var flag in flags)
        {
            table.Add(
                flag.Text("setting"), flag.GetProperty("is_on").GetBoolean() ? "yes" : "no", flag.GetProperty("is_default").GetBoolean() ? "" : "changed");
        }

        return table;
    }
}
