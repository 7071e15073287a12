using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Commerce;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;
using Spectre.Console;

namespace Smplat.Cli.Commands.Commerce;

/// <summary><c>smplat commerce log</c>: the newest lines of edge_logs.</summary>
internal static class LogCommand
{
    private static readonly Option<int> Limit = new("--limit") { Description = "Most lines.", DefaultValueFactory = _ => 100 };

    private static readonly Option<string?> Provider = new("--provider") { Description = "Only this provider, for example KROGER_API or kroger." };

    private static readonly Option<string?> Event = new("--event") { Description = "Only this event, for example provider_quote_error." };

    private static readonly Option<string?> Request = new("--request") { Description = "Only the lines of this request id." };

    private static readonly Option<string> Since = new("--since")
    {
        Description = "How far back, for example 30m, 24h or 7d, or an ISO instant.",
        DefaultValueFactory = _ => "24h",
    };

    public static Command Build()
    {
        var command = new Command("log", "The newest lines of edge_logs.") { Limit, Provider, Event, Request, Since };
        command.SetWork(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        string? provider = null;
        if (parsed.GetValue(Provider) is { } name)
        {
            provider = ProviderIds.TryParse(name, out var id) ? id.ToWire() : throw new UsageException($"--provider: \"{name}\" is not a provider.");
        }

        var since = SinceText.Parse(parsed.GetValue(Since)!, TimeProvider.System.GetUtcNow(), "--since");
        var limit = parsed.GetValue(Limit) is > 0 and <= 100_000 and var most ? most : throw new UsageException("--limit: 1 to 100000.");
        await using var services = CliServices.Create(parsed, services => services.AddCommerce());
        var lines = await services.GetRequiredService<EdgeLogStore>().ListAsync(
            new EdgeLogQuery(since, provider, parsed.GetValue(Event), parsed.GetValue(Request), limit), cancellationToken);
        return parsed.Show(lines, () => Print(lines));
    }

    private static void Print(IEnumerable<EdgeLogLine> lines)
    {
        foreach (var line in lines)
        {
            AnsiConsole.WriteLine(Format(line));
        }
    }

    private static string Format(EdgeLogLine line)
    {
        var facts = new List<string>
        {
            line.Timestamp.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
            line.Level.ToUpperInvariant(),
            line.Event,
        };
        Add("provider", line.ProviderId);
        Add("ms", line.LatencyMs?.ToString(CultureInfo.InvariantCulture));
        Add("cents", line.TotalCents?.ToString(CultureInfo.InvariantCulture));
        Add("code", line.ErrorCode);
        Add("error", line.Error is null ? null : $"\"{line.Error}\"");
        Add("request", line.RequestId);
        return string.Join(' ', facts);

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                facts.Add($"{name}={value}");
            }
        }
    }
}
