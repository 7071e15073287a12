using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Analytics;
using Spectre.Console;

namespace Smplat.Cli.Commands.Export;

/// <summary><c>smplat export offer-events</c>.</summary>
internal static class ExportOfferEvents
{
    private static readonly Option<int> LookbackDays = new("--lookback-days") { Description = "Days back from now; 1 or more.", DefaultValueFactory = _ => 7 };

    private static readonly Option<string?> Since = new("--since") { Description = "From this time on (ISO 8601, UTC); instead of --lookback-days." };

    private static readonly Option<string?> Until = new("--until") { Description = "Up to, not including, this time (ISO 8601, UTC). Default: now." };

    private static readonly Option<string?> EventType = new("--event-type") { Description = "Only events of this type." };

    private static readonly Option<string?> OfferSlug = new("--offer-slug") { Description = "Only events of this offer." };

    private static readonly Option<string> Format = new("--format") { Description = "csv, json or ndjson.", DefaultValueFactory = _ => "csv" };

    private static readonly Option<string?> Output = new("--output")
    {
        Description = "File, compressed when it ends in .gz, or - for standard output. Default: checkout-offer-events.<format>.",
    };

    public static Command Build()
    {
        Format.AcceptOnlyFromAmong(OfferEventExport.Formats);
        var command = new CommandWithExamples(
            "offer-events",
            "Storefront offer events, newest first. Exit code 0 done, 1 failed, 2 used wrongly.",
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
            return CliCommand.Fail("--lookback-days must be 1 or more.", CommandLine.Failed);
        }

        await using var services = CliServices.Create(parsed, services => services.AddAnalytics());
        var selection = Select(parsed, services.GetRequiredService<TimeProvider>().GetUtcNow());
        var format = parsed.IsJson() ? "json" : parsed.GetValue(Format)!;
        var path = parsed.GetValue(Output) ?? $"checkout-offer-events.{format}";
        var export = services.GetRequiredService<OfferEventExport>();

        await using var target = ExportTarget.Open(path);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, target.ReaderGone);
        long rows;
        try
        {
            rows = await ExportProgress.RunAsync(
                target.IsStream,
                () => export.CountAsync(selection, stop.Token),
                progress => export.WriteAsync(selection, target.Stream, format, progress, stop.Token));
        }
        catch (OperationCanceledException) when (target.ReaderGone.IsCancellationRequested)
        {
            // The reader has what it wanted.
            return 0;
        }

        target.Complete();
        if (rows == 0)
        {
            Terminal.Error.WriteLine("No events match; the file is empty but for its frame.");
        }
        else if (!target.IsStream)
        {
            Terminal.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rows} events written to {path}."));
        }

        return 0;
    }

    private static EventSelection Select(ParseResult parsed, DateTimeOffset now)
    {
        var until = Instant(parsed, Until) ?? now;
        var since = Instant(parsed, Since) ?? now.AddDays(-parsed.GetValue(LookbackDays));
        return since < until
            ? new EventSelection(since, until, parsed.GetValue(EventType), parsed.GetValue(OfferSlug))
            : throw new UsageException("--since must lie before --until.");
    }

    private static DateTimeOffset? Instant(ParseResult parsed, Option<string?> option) => parsed.GetValue(option) switch
    {
        null => null,
        var text when DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant) => instant,
        var text => throw new UsageException($"{option.Name} must be a time in ISO 8601, not \"{text}\"."),
    };
}
