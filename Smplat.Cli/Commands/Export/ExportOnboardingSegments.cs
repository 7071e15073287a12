using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Analytics;
using Smplat.Core.Platform.Security;
using Spectre.Console;

namespace Smplat.Cli.Commands.Export;

/// <summary>
/// <c>smplat export onboarding-segments</c>: what came since the last export, oldest first. The cursor moves only after the
/// rows were handed over, so a failed run is repeated and a row may come twice, with the same ids, but is never left out.
/// </summary>
internal static class ExportOnboardingSegments
{
    private const int MaxLimit = 100_000;

    private static readonly Option<int> Limit = new("--limit") { Description = "Most rows of one run.", DefaultValueFactory = _ => 250 };

    private static readonly Option<string?> Cursor = new("--cursor") { Description = "Where to go on; instead of the stored cursor." };

    private static readonly Option<string> Sink = new("--sink") { Description = "stdout, file or webhook.", DefaultValueFactory = _ => "stdout" };

    private static readonly Option<string> FilePath = new("--file-path")
    {
        Description = "NDJSON file that rows are added to.",
        DefaultValueFactory = _ => "onboarding_pricing_segments.ndjson",
    };

    private static readonly Option<string?> WebhookUrl = new("--webhook-url") { Description = "Default: ANALYTICS_SEGMENTS_WEBHOOK from the environment." };

    private static readonly Option<string> CursorStore = new("--cursor-store") { Description = "none or file.", DefaultValueFactory = _ => "none" };

    private static readonly Option<string> CursorStorePath = new("--cursor-store-path")
    {
        Description = "File that keeps the cursor.",
        DefaultValueFactory = _ => "onboarding_export_cursor.json",
    };

    public static Command Build()
    {
        Sink.AcceptOnlyFromAmong("stdout", "file", "webhook");
        CursorStore.AcceptOnlyFromAmong("none", "file");
        var command = new CommandWithExamples(
            "onboarding-segments",
            "Pricing experiment segments since the last export, oldest first.",
            "smplat export onboarding-segments --limit 1000",
            "smplat export onboarding-segments --sink file --file-path segments.ndjson --cursor-store file",
            "smplat export onboarding-segments --sink webhook --webhook-url https://warehouse.example.com/segments --cursor-store file")
        {
            Limit, Cursor, Sink, FilePath, WebhookUrl, CursorStore, CursorStorePath,
        };
        command.SetWork(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(Limit) is < 1 or > MaxLimit)
        {
            throw new UsageException($"--limit must be between 1 and {MaxLimit}.");
        }

        var cursors = parsed.GetValue(CursorStore) == "file" ? new CursorFile(parsed.GetValue(CursorStorePath)!) : null;
        var start = parsed.GetValue(Cursor) ?? cursors?.Read();
        ExperimentCursor? after = null;
        if (start is not null)
        {
            after = ExperimentCursor.TryParse(start, out var cursor) ? cursor : throw new UsageException($"\"{start}\" is not a cursor.");
        }

        await using var services = CliServices.Create(parsed, services => services.AddAnalytics());
        using var sink = OpenSink(parsed, services);
        var page = await services.GetRequiredService<PricingExperimentQueries>().ListForwardAsync(
            after, parsed.GetValue(Limit), cancellationToken);
        if (page.Events.Count > 0)
        {
            await sink.WriteAsync(page.Events, cancellationToken);
            cursors?.Write(page.NextCursor!);
        }

        Terminal.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{page.Events.Count} segments exported; next cursor: {page.NextCursor ?? "none"}."));
        return 0;
    }

    private static SegmentSink OpenSink(ParseResult parsed, IServiceProvider services) => parsed.GetValue(Sink) switch
    {
        "file" => SegmentSink.File(parsed.GetValue(FilePath)!),
        "webhook" => SegmentSink.Webhook(Webhook(parsed), services.GetRequiredService<OutgoingHttp>()),
        _ => SegmentSink.StandardOutput(),
    };

    private static Uri Webhook(ParseResult parsed)
    {
        var text = parsed.GetValue(WebhookUrl) ?? CliConfiguration.Build(null)["ANALYTICS_SEGMENTS_WEBHOOK"];
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is ("http" or "https")
            ? url
            : throw new UsageException("--webhook-url must be an http or https URL.");
    }
}
