using System.CommandLine;
using System.Text.Json;
using Smplat.Core.Commerce.Providers;
using Spectre.Console;

namespace Smplat.Cli.Commands;

/// <summary><c>smplat providers</c>: the grocery providers as the app sees them.</summary>
public sealed class ProviderCommands : ICommandModule
{
    /// <summary>An option that names a provider, with its completions.</summary>
    internal static Option<string?> ProviderOption(string description)
    {
        var option = new Option<string?>("--provider") { Description = description };
        option.CompletionSources.Add([.. ProviderIds.All.Select(id => id.ToWire())]);
        return option;
    }

    /// <summary>The wire name of the provider that an option names.</summary>
    /// <exception cref="UsageException">There is no such provider.</exception>
    internal static string? WireNameOf(string? named) => named is null
        ? null
        : ProviderIds.TryParse(named, out var id)
            ? id.ToWire()
            : throw new UsageException($"There is no provider \"{named}\"; choose one of {string.Join(", ", ProviderIds.All.Select(one => one.ToWire()))}.");

    public void AddTo(RootCommand root)
    {
        var list = new CliCommand(
            "list",
            "List the grocery providers with their switches, health and circuit; exit code 1 unless all enabled ones are healthy.",
            "smplat providers list")
        { ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout };
        list.SetWork(ListAsync);
        root.Subcommands.Add(new Command("providers", "The grocery providers.") { list });
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var api = ApiOptions.Connect(parsed);
        var answer = await api.GetAsync("/api/v1/operators/commerce/providers", cancellationToken);
        return parsed.Show(answer, () => Print(answer), answer.Text("status") == "healthy" ? 0 : CommandLine.Failed);
    }

    private static void Print(JsonElement answer)
    {
        var table = new TextTable("There are no providers.", "provider", "enabled", "health", "mode", "circuit", "#probe ms", "~error");
        foreach (var provider in answer.GetProperty("providers").EnumerateArray())
        {
            var isEnabled = provider.GetProperty("enabled").GetBoolean();
            table.Add(
                provider.Text("id"),
                isEnabled ? "yes" : "no",
                !isEnabled ? "-" : provider.GetProperty("healthy").GetBoolean() ? "healthy" : "unhealthy",
                provider.Text("mode"),
                provider.Text("circuit"),
                provider.Text("latency_ms"),
                isEnabled ? provider.Text("error") : "");
        }

        table.Write();
        Terminal.Out.MarkupLine($"The enabled providers are {Paint.Status(answer.Text("status"))}.");
    }
}

/// <summary>Colours of states, on a terminal that has colours.</summary>
internal static class Paint
{
    public static string Status(string status)
    {
        var text = Markup.Escape(status);
        return status switch
        {
            "ready" or "healthy" or "completed" => $"[green]{text}[/]",
            "error" or "unhealthy" or "failed" => $"[red]{text}[/]",
            "disabled" => $"[grey]{text}[/]",
            _ => $"[yellow]{text}[/]",
        };
    }
}
