using System.CommandLine;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Analytics;
using Smplat.Core.Platform.Security;
using Spectre.Console;

namespace Smplat.Cli.Commands;

/// <summary>
/// <c>smplat export onboarding-segments</c>: segments since the last export, oldest first. The cursor is saved only after the
/// rows are delivered, so a failed run can be repeated: a row may be delivered twice, with the same ids, but is never skipped.
/// </summary>
internal static class ExportOnboardingSegments
{
    private const int MaxLimit = 100_000;

    private static readonly Option<int> Limit = new("--limit") { Description = "Maximum number of rows in one run.", DefaultValueFactory = _ => 250 };

    private static readonly Option<string?> Cursor = new("--cursor") { Description = "Cursor to start after. Replaces the stored cursor." };

    private static readonly Option<string> Sink = new("--sink") { Description = "Destination: stdout, file or webhook.", DefaultValueFactory = _ => "stdout" };

    private static readonly Option<string> FilePath = new("--file-path")
    {
        Description = "NDJSON file to append to.",
        DefaultValueFactory = _ => "onboarding_pricing_segments.ndjson",
    };

    private static readonly Option<string?> WebhookUrl = new("--webhook-url") { Description = "URL for --sink webhook. Default: ANALYTICS_SEGMENTS_WEBHOOK from the environment." };

    private static readonly Option<string> CursorStore = new("--cursor-store") { Description = "Where to keep the cursor: none or file.", DefaultValueFactory = _ => "none" };

    private static readonly Option<string> CursorStorePath = new("--cursor-store-path")
    {
        Description = "File for the cursor.",
        DefaultValueFactory = _ => "onboarding_export_cursor.json",
    };

    public static Command Build()
    {
        Sink.AcceptOnlyFromAmong("stdout", "file", "webhook");
        CursorStore.AcceptOnlyFromAmong("none", "file");
        var command = new CliCommand(
            "onboarding-segments",
            "Export pricing experiment segments since the last export, oldest first.",
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

/// <summary>The destination of segments. Writing returns only when they are delivered.</summary>
internal sealed class SegmentSink : IDisposable
{
    private static readonly JsonSerializerOptions Camel = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Func<IReadOnlyList<ExperimentEvent>, CancellationToken, Task> _write;
    private readonly IDisposable? _owned;

    private SegmentSink(Func<IReadOnlyList<ExperimentEvent>, CancellationToken, Task> write, IDisposable? owned = null) =>
        (_write, _owned) = (write, owned);

    public static SegmentSink StandardOutput() => new((rows, _) =>
    {
        foreach (var row in rows)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(row, Camel));
        }

        return Task.CompletedTask;
    });

    /// <summary>Appends the rows in one write, one per line.</summary>
    public static SegmentSink File(string path) => new(async (rows, cancellationToken) =>
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var lines = string.Concat(rows.Select(row => JsonSerializer.Serialize(row, Camel) + "\n"));
        await System.IO.File.AppendAllTextAsync(path, lines, cancellationToken);
    });

    /// <summary>Sends one POST of <c>{"events": […]}</c>; any status but 2xx fails the run.</summary>
    public static SegmentSink Webhook(Uri url, OutgoingHttp outgoing)
    {
        var client = new HttpClient(outgoing.HandlerForSettings()) { Timeout = TimeSpan.FromSeconds(30) };
        return new(
            async (rows, cancellationToken) =>
            {
                using var response = await client.PostAsJsonAsync(url, new { events = rows }, Camel, cancellationToken);
                response.EnsureSuccessStatusCode();
            },
            client);
    }

    public Task WriteAsync(IReadOnlyList<ExperimentEvent> rows, CancellationToken cancellationToken) => _write(rows, cancellationToken);

    public void Dispose() => _owned?.Dispose();
}

/// <summary>The cursor of the last export, in a file that is replaced atomically.</summary>
internal sealed class CursorFile(string path)
{
    public string? Read()
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(path));
            return document.RootElement.GetProperty("cursor").GetString();
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new UsageException($"{path} has no cursor. Delete it to start from the beginning.");
        }
    }

    public void Write(string cursor)
    {
        var part = $"{path}.part";
        File.WriteAllText(part, JsonSerializer.Serialize(new { cursor }));
        File.Move(part, path, overwrite: true);
    }
}
