using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Analytics;
using Spectre.Console;

namespace Smplat.Cli.Commands;

/// <summary><c>smplat export</c>: data for BI jobs, incident reviews and data warehouses.</summary>
public sealed class ExportCommands : ICommandModule
{
    public void AddTo(RootCommand root) => root.Subcommands.Add(
        new Command("export", "Export data for BI jobs, incident reviews and data warehouses.")
        {
            ExportOfferEvents.Build(),
            ExportOnboardingSegments.Build(),
            ExportCatalogInsights.Build(),
            ExportFollowUps.Build(),
        });
}

/// <summary><c>smplat export offer-events</c>: storefront offer events from the database, newest first.</summary>
internal static class ExportOfferEvents
{
    private static readonly Option<int> LookbackDays = new("--lookback-days") { Description = "Days back from now, 1 or more.", DefaultValueFactory = _ => 7 };

    private static readonly Option<string?> Since = new("--since") { Description = "Only events from this time on, such as 7d or 2026-03-01T10:00 (UTC). Replaces --lookback-days." };

    private static readonly Option<string?> Until = new("--until") { Description = "Only events before this time, such as 1d or 2026-04-01 (UTC). Default: now." };

    private static readonly Option<string?> EventType = new("--event-type") { Description = "Only events of this type." };

    private static readonly Option<string?> OfferSlug = new("--offer-slug") { Description = "Only events of this offer." };

    private static readonly Option<string> Format = new("--format") { Description = "Format: csv, json or ndjson.", DefaultValueFactory = _ => "csv" };

    private static readonly Option<string?> Output = new("--output")
    {
        Description = "File, compressed if it ends in .gz, or - for standard output. Default: checkout-offer-events.<format>.",
    };

    public static Command Build()
    {
        Format.AcceptOnlyFromAmong(OfferEventExport.Formats);
        var command = new CliCommand(
            "offer-events",
            "Export storefront offer events, newest first.",
            "smplat export offer-events --lookback-days 14 --format csv",
            "smplat export offer-events --since 2026-03-01 --until 2026-04-01 --format ndjson --output march.ndjson.gz",
            "smplat export offer-events --event-type preset_cta_apply --output - | head")
        {
            LookbackDays, Since, Until, EventType, OfferSlug, Format, Output,
        };
        command.SetWork(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(LookbackDays) <= 0)
        {
            return CliCommand.Fail("--lookback-days must be 1 or more.");
        }

        await using var services = CliServices.Create(parsed, services => services.AddAnalytics());
        var selection = Select(parsed, services.GetRequiredService<TimeProvider>().GetUtcNow());
        var format = parsed.IsJson() ? "json" : parsed.GetValue(Format)!;
        var path = parsed.GetValue(Output) ?? $"checkout-offer-events.{format}";
        var export = services.GetRequiredService<OfferEventExport>();

        await using var target = ExportTarget.Open(path);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, target.ReaderClosed);
        long rows;
        try
        {
            rows = await ExportProgress.RunAsync(
                target.IsStream,
                () => export.CountAsync(selection, stop.Token),
                progress => export.WriteAsync(selection, target.Stream, format, progress, stop.Token));
        }
        catch (OperationCanceledException) when (target.ReaderClosed.IsCancellationRequested)
        {
            // The reader closed the pipe because it has enough.
            return 0;
        }

        target.Complete();
        if (rows == 0)
        {
            Terminal.Error.WriteLine("No events match; the export has no rows.");
        }
        else if (!target.IsStream)
        {
            Terminal.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rows} events written to {path}."));
        }

        return 0;
    }

    private static EventSelection Select(ParseResult parsed, DateTimeOffset now)
    {
        var until = PointInTime.Read(parsed, Until, now) ?? now;
        var since = PointInTime.Read(parsed, Since, now) ?? now.AddDays(-parsed.GetValue(LookbackDays));
        return since < until
            ? new EventSelection(since, until, parsed.GetValue(EventType), parsed.GetValue(OfferSlug))
            : throw new UsageException("--since must be before --until.");
    }
}

/// <summary>A progress bar on standard error; none when that is redirected or the rows go to a stream.</summary>
internal static class ExportProgress
{
    public static async Task<long> RunAsync(
        bool isStream, Func<Task<long>> count, Func<IProgress<long>?, Task<long>> work)
    {
        if (isStream || Console.IsErrorRedirected)
        {
            return await work(null);
        }

        var total = await count();
        return await Terminal.Error.Progress().StartAsync(async context =>
        {
            var bar = context.AddTask("Writing events", maxValue: Math.Max(1, total));
            var rows = await work(new Bar(bar));
            bar.Value = bar.MaxValue;
            return rows;
        });
    }

    private sealed class Bar(ProgressTask bar) : IProgress<long>
    {
        public void Report(long value) => bar.Value = value;
    }
}

/// <summary><c>smplat export catalog-insights</c>: the top catalog searches, from a running app.</summary>
internal static class ExportCatalogInsights
{
    private static readonly Option<int> TopN = new("--top-n") { Description = "Entries in each ranking, 1 to 10.", DefaultValueFactory = _ => 5 };

    private static readonly Option<string> Format = new("--format") { Description = "Format: json or md.", DefaultValueFactory = _ => "json" };

    private static readonly Option<string> Output = new("--output") { Description = "File, or - for standard output.", DefaultValueFactory = _ => "-" };

    public static Command Build()
    {
        Format.AcceptOnlyFromAmong("json", "md");
        var command = new CliCommand(
            "catalog-insights",
            "Export the top catalog searches and the top searches without results.",
            "smplat export catalog-insights --format md",
            "smplat export catalog-insights --base-url https://api.example.com --top-n 10 --output insights.json")
        {
            ApiOptions.BaseUrl, ApiOptions.ApiKey, TopN, Format, Output, ApiOptions.Timeout,
        };
        command.SetWork(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(TopN) is < 1 or > 10)
        {
            throw new UsageException("--top-n must be between 1 and 10.");
        }

        using var api = ApiOptions.Connect(parsed);
        var snapshot = await api.GetAsync("/api/v1/observability/catalog-search", cancellationToken);
        var insights = CatalogInsights.Read(snapshot, parsed.GetValue(TopN));
        var text = parsed.GetValue(Format) == "md" && !parsed.IsJson() ? insights.ToMarkdown() : insights.ToJson();
        await using var target = ExportTarget.Open(parsed.GetValue(Output)!);
        await using (var writer = new StreamWriter(target.Stream, new UTF8Encoding(false)))
        {
            await writer.WriteAsync(text.AsMemory(), cancellationToken);
        }

        target.Complete();
        return 0;
    }
}

/// <summary>Catalog search figures for merchandisers.</summary>
internal sealed record CatalogInsights(
    CatalogInsights.TotalCounts Totals,
    CatalogInsights.Rates Metrics,
    IReadOnlyList<CatalogInsights.QueryCount> TrendingQueries,
    IReadOnlyList<CatalogInsights.QueryCount> ZeroResultQueries,
    CatalogInsights.Facts Metadata)
{
    private static readonly JsonSerializerOptions Snake = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    internal sealed record TotalCounts(long Searches, long ZeroResults);

    internal sealed record Rates(double ZeroResultsRate, double AverageResultsPerSearch);

    internal sealed record QueryCount(string Query, long Count);

    /// <param name="SampleSize">Number of recent searches that the app keeps individually.</param>
    internal sealed record Facts(int SampleSize, string? LastSearchAt);

    public static CatalogInsights Read(JsonElement snapshot, int top)
    {
        var totals = snapshot.GetProperty("totals");
        var metrics = snapshot.GetProperty("metrics");
        var events = snapshot.GetProperty("events");
        return new CatalogInsights(
            new(totals.GetProperty("searches").GetInt64(), totals.GetProperty("zero_results").GetInt64()),
            new(metrics.GetProperty("zero_results_rate").GetDouble(), metrics.GetProperty("average_results_per_search").GetDouble()),
            Rank(snapshot.GetProperty("queries"), top),
            Rank(snapshot.GetProperty("zero_result_queries"), top),
            new(events.GetProperty("recent").GetArrayLength(), events.GetProperty("last_search_at").GetString()));
    }

    public string ToJson() => JsonSerializer.Serialize(this, Snake) + "\n";

    public string ToMarkdown()
    {
        var text = new StringBuilder("# Catalog search insights\n\n")
            .Append(CultureInfo.InvariantCulture, $"- Searches: {Totals.Searches}\n")
            .Append(CultureInfo.InvariantCulture, $"- Without results: {Totals.ZeroResults}\n")
            .Append(CultureInfo.InvariantCulture, $"- Share without results: {Metrics.ZeroResultsRate * 100:F1} %\n")
            .Append(CultureInfo.InvariantCulture, $"- Results per search: {Metrics.AverageResultsPerSearch:F2}\n")
            .Append(CultureInfo.InvariantCulture, $"- Last search: {Metadata.LastSearchAt ?? "-"}\n");
        AppendTable(text, "Trending queries", TrendingQueries);
        AppendTable(text, "Queries without results", ZeroResultQueries);
        return text.ToString();
    }

    private static QueryCount[] Rank(JsonElement counts, int top) =>
    [
        .. counts.EnumerateObject()
            .Select(entry => new QueryCount(entry.Name, entry.Value.GetInt64()))
            .OrderByDescending(entry => entry.Count)
            .ThenBy(entry => entry.Query, StringComparer.Ordinal)
            .Take(top),
    ];

    private static void AppendTable(StringBuilder text, string title, IReadOnlyList<QueryCount> rows)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n## {title}\n\n| # | Query | Count |\n| --- | --- | --- |\n");
        for (var index = 0; index < rows.Count; index++)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {index + 1} | {Cell(rows[index].Query)} | {rows[index].Count} |\n");
        }

        if (rows.Count == 0)
        {
            text.Append("| - | - | - |\n");
        }
    }

    private static string Cell(string query) => query
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("|", "\\|", StringComparison.Ordinal)
        .ReplaceLineEndings(" ");
}
