using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Smplat.Core.Commerce.Routing;

namespace Smplat.Cli.Commands;

/// <summary><c>smplat logs</c>: the routing log, as the app reads it.</summary>
public sealed class LogCommands : ICommandModule
{
    private const string Path = "/api/v1/operators/commerce/log";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>Lines are written in batches, so an older line can appear after a younger one.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(30);

    private static readonly Option<int> Limit = new("--limit") { Description = "Maximum number of lines to begin with, 1 to 1000.", DefaultValueFactory = _ => 100 };

    private static readonly Option<string?> Provider = ProviderCommands.ProviderOption("Only lines of this provider, such as KROGER_API or kroger.");

    private static readonly Option<string?> Event = new("--event") { Description = "Only lines with this event, such as provider_quote_error." };

    private static readonly Option<string?> Request = new("--request") { Description = "Only lines with this request id." };

    private static readonly Option<string> Since = new("--since")
    {
        Description = $"Only lines from this time on: {PointInTime.Forms}.",
        DefaultValueFactory = _ => "24h",
    };

    private static readonly Option<bool> Follow = new("--follow", "-f") { Description = "Go on and print new lines as they are written, until stopped." };

    public void AddTo(RootCommand root)
    {
        var tail = new CliCommand(
            "tail",
            "Show the newest lines of the routing log (edge_logs), oldest first: every quote, decision and confirmation. With --json, one document a line.",
            "smplat logs tail --follow",
            "smplat logs tail --provider kroger --event provider_quote_error --since 2h")
        { Follow, Limit, Provider, Event, Request, Since, ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout };
        tail.SetWork(TailAsync);
        root.Subcommands.Add(new Command("logs", "The routing log.") { tail });
    }

    private static async Task<int> TailAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var provider = ProviderCommands.WireNameOf(parsed.GetValue(Provider));
        var limit = parsed.GetValue(Limit) is > 0 and <= ListRoutingLog.MaxLimit and var most
            ? most
            : throw new UsageException($"--limit must be 1 to {ListRoutingLog.MaxLimit}.");
        var clock = TimeProvider.System;
        var since = PointInTime.Parse(parsed.GetValue(Since)!, clock.GetUtcNow(), "--since");
        using var api = ApiOptions.Connect(parsed);
        var seen = new HashSet<string>();
        var newest = await PrintAsync(since, limit);
        if (seen.Count == 0 && !parsed.GetValue(Follow) && !parsed.IsJson())
        {
            Console.WriteLine("The routing log has no such lines.");
        }

        while (parsed.GetValue(Follow) && !cancellationToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(Pause, clock, cancellationToken);
                newest = await PrintAsync((newest ?? clock.GetUtcNow()) - Overlap, ListRoutingLog.MaxLimit) ?? newest;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // Stopped by Ctrl-C, which is how one ends it.
            }
        }

        return 0;

        async Task<DateTimeOffset?> PrintAsync(DateTimeOffset from, int count)
        {
            var answer = await api.GetAsync(
                ApiPath.Of(
                    Path, ("since", from), ("provider", provider), ("event", parsed.GetValue(Event)), ("request_id", parsed.GetValue(Request)), ("limit", count)),
                cancellationToken);
            DateTimeOffset? last = null;
            foreach (var line in answer.GetProperty("lines").EnumerateArray().Reverse())
            {
                last = line.GetProperty("timestamp").GetDateTimeOffset();
                if (seen.Add(line.Text("line_id") is { Length: > 0 } id ? id : line.ToString()))
                {
                    Print(line, parsed.IsJson());
                }
            }

            return last;
        }
    }

    private static void Print(JsonElement line, bool isJson)
    {
        // One line each, however long: a line of a log is searched for and copied.
        Console.WriteLine(isJson ? CliResult.ToJson(line) : Format(line));
    }

    private static string Format(JsonElement line)
    {
        var facts = new List<string>
        {
            line.GetProperty("timestamp").GetDateTimeOffset().ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
            line.Text("level").ToUpperInvariant(),
            line.Text("event"),
        };
        Add("provider", "provider_id");
        Add("ms", "latency_ms");
        Add("cents", "total_cents");
        Add("code", "error_code");
        if (line.Text("error") is { Length: > 0 } error)
        {
            facts.Add($"error=\"{error.ReplaceLineEndings(" ")}\"");
        }

        Add("request", "request_id");
        return string.Join(' ', facts);

        void Add(string name, string member)
        {
            if (line.Text(member) is { Length: > 0 } value)
            {
                facts.Add($"{name}={value}");
            }
        }
    }
}
