using System.CommandLine;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Guardrails;
using Smplat.Core.Platform.Security;
using Spectre.Console;

namespace Smplat.Cli.Commands;

/// <summary>
/// <c>smplat export guardrail-followups</c>: follow-ups since the last export, in the order of their commits. The cursor is saved
/// only after the rows are delivered, and the name of an object depends only on its first row, so a run that failed half-way is
/// repeated without a gap, and its object replaces the one from before.
/// </summary>
internal static class ExportFollowUps
{
    private const int MaxLimit = 10_000;

    private static readonly Option<int> Limit = new("--limit") { Description = "Maximum number of rows in one run, 1 to 10000.", DefaultValueFactory = _ => 250 };

    private static readonly Option<string?> Cursor = new("--cursor")
    {
        Description = "Cursor to start after, or an ISO 8601 time to start from. Replaces the stored cursor.",
    };

    private static readonly Option<string?> ProviderId = new("--provider-id") { Description = "Only this provider. Needs a cursor of its own." };

    private static readonly Option<string> Sink = new("--sink")
    {
        Description = "Destination: stdout, file, webhook, s3-compatible or azure-blob.",
        DefaultValueFactory = _ => "stdout",
    };

    private static readonly Option<string> Format = new("--format")
    {
        Description = "Format: ndjson, csv or parquet. A webhook gets JSON.",
        DefaultValueFactory = _ => "ndjson",
    };

    private static readonly Option<string?> FilePath = new("--file-path")
    {
        Description = "File for --sink file, replaced by each run that has rows; {first} in the name becomes the number of the first row. Default: guardrail_followups.<format>.",
    };

    private static readonly Option<string?> WebhookUrl = new("--webhook-url") { Description = "URL for --sink webhook. Default: ANALYTICS_GUARDRAIL_WEBHOOK from the environment." };

    private static readonly Option<string?> S3Uri = new("--s3-uri") { Description = "s3://bucket/prefix for --sink s3-compatible." };

    private static readonly Option<string?> S3Endpoint = new("--s3-endpoint") { Description = "URL of an S3-compatible store. Default: AWS." };

    private static readonly Option<string?> S3Region = new("--s3-region") { Description = "Region. Default: GUARDRAIL_EXPORT_AWS_REGION from the environment." };

    private static readonly Option<string?> BlobPath = new("--blob-path") { Description = "container/prefix for --sink azure-blob." };

    private static readonly Option<string?> BlobAccount = new("--blob-account")
    {
        Description = "URL of the storage account, opened with your login. Default: GUARDRAIL_EXPORT_BLOB_CONNECTION from the environment.",
    };

    private static readonly Option<string> CursorStore = new("--cursor-store")
    {
        Description = "Where to keep the cursor: none, file, s3-compatible or azure-blob.",
        DefaultValueFactory = _ => "none",
    };

    private static readonly Option<string?> CursorStorePath = new("--cursor-store-path")
    {
        Description = "File, s3://bucket/name or container/name of the cursor. Default: guardrail_followups_cursor.json, or GUARDRAIL_EXPORT_CURSOR_S3_URI from the environment.",
    };

    public static Command Build()
    {
        Sink.AcceptOnlyFromAmong("stdout", "file", "webhook", "s3-compatible", "azure-blob");
        Format.AcceptOnlyFromAmong(FollowUpFormat.All);
        CursorStore.AcceptOnlyFromAmong("none", "file", "s3-compatible", "azure-blob");
        var command = new CliCommand(
            "guardrail-followups",
            "Export follow-ups on provider guardrails since the last export, oldest first.",
            "smplat export guardrail-followups --limit 1000",
            "smplat export guardrail-followups --sink webhook --webhook-url https://warehouse.example.com/followups --cursor-store file",
            "smplat export guardrail-followups --format parquet --sink s3-compatible --s3-uri s3://smplat-analytics/guardrail_followups --cursor-store s3-compatible --cursor-store-path s3://smplat-analytics/guardrail_followups_cursor.json",
            "smplat export guardrail-followups --format csv --sink azure-blob --blob-path exports/guardrail_followups --blob-account https://example.blob.core.windows.net",
            "smplat export guardrail-followups --cursor 2026-03-01 --provider-id provider-b --sink file")
        {
            Limit, Cursor, ProviderId, Sink, Format, FilePath, WebhookUrl, S3Uri, S3Endpoint, S3Region, BlobPath, BlobAccount, CursorStore, CursorStorePath,
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

        if (parsed.GetValue(Sink) == "webhook" && parsed.GetValue(Format) != "ndjson")
        {
            throw new UsageException("A webhook gets JSON; --format applies to the other sinks.");
        }

        var configuration = CliConfiguration.Build(null);
        var provider = parsed.GetValue(ProviderId);
        using var cursors = OpenCursor(parsed, configuration, provider);
        await using var services = CliServices.Create(parsed, services => services.AddGuardrails());
        using var sink = OpenSink(parsed, configuration, provider, services);
        var start = parsed.GetValue(Cursor) is { } given ? StartingPoint.Parse(given)
            : cursors is null ? default
            : await cursors.ReadAsync(cancellationToken);

        var rows = await services.GetRequiredService<FollowUpQueries>().ListForwardAsync(
            new(start.After, start.Since, provider, parsed.GetValue(Limit)), cancellationToken);
        var target = rows.Count == 0 ? null : await sink.WriteAsync(rows, cancellationToken);
        var next = rows.Count == 0 ? start.After : rows[^1].Position;
        if (cursors is not null && next > 0)
        {
            await cursors.WriteAsync(next, rows.Count, services.GetRequiredService<TimeProvider>().GetUtcNow(), cancellationToken);
        }

        Report(parsed, rows.Count, next, target);
        return 0;
    }

    private static void Report(ParseResult parsed, int rows, long next, string? target)
    {
        if (parsed.IsJson() && parsed.GetValue(Sink) != "stdout")
        {
            Console.WriteLine(CliResult.ToJson(new { rows, cursor = next, target }));
        }

        Terminal.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{rows} follow-ups exported{(target is null ? "" : $" to {target}")}; next cursor: {(next == 0 ? "none" : next)}."));
    }

    private static ExportCursor? OpenCursor(ParseResult parsed, IConfiguration configuration, string? provider)
    {
        const string DefaultName = "guardrail_followups_cursor.json";
        switch (parsed.GetValue(CursorStore))
        {
            case "file":
                return new(new FileObjects(), parsed.GetValue(CursorStorePath) ?? DefaultName, provider);
            case "s3-compatible":
                var bucket = ObjectPlace.Parse(
                    parsed.GetValue(CursorStorePath) ?? configuration["GUARDRAIL_EXPORT_CURSOR_S3_URI"], CursorStorePath.Name, "s3://bucket/name");
                return new(Bucket(parsed, configuration, bucket.Holder), Named(bucket), provider);
            case "azure-blob":
                var container = ObjectPlace.Parse(parsed.GetValue(CursorStorePath), CursorStorePath.Name, "container/name");
                return new(Container(parsed, configuration, container.Holder), Named(container), provider);
            default:
                return null;
        }

        static string Named(ObjectPlace place) => place.Name.Length == 0 ? DefaultName : place.Name;
    }

    private static FollowUpSink OpenSink(ParseResult parsed, IConfiguration configuration, string? provider, IServiceProvider services)
    {
        var format = parsed.GetValue(Format)!;
        switch (parsed.GetValue(Sink))
        {
            case "file":
                var path = parsed.GetValue(FilePath) ?? $"guardrail_followups.{format}";
                return FollowUpSink.ToObjects(
                    new FileObjects(), format, first => path.Replace("{first}", first.Position.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal), "");
            case "webhook":
                return FollowUpSink.ToWebhook(Url(parsed.GetValue(WebhookUrl) ?? configuration["ANALYTICS_GUARDRAIL_WEBHOOK"], WebhookUrl.Name), services.GetRequiredService<OutgoingHttp>());
            case "s3-compatible":
                var bucket = ObjectPlace.Parse(parsed.GetValue(S3Uri), S3Uri.Name, "s3://bucket/prefix");
                return FollowUpSink.ToObjects(
                    Bucket(parsed, configuration, bucket.Holder), format, first => bucket.Below(FollowUpSink.NameOf(first, provider, format)), $"s3://{bucket.Holder}/");
            case "azure-blob":
                var container = ObjectPlace.Parse(parsed.GetValue(BlobPath), BlobPath.Name, "container/prefix");
                return FollowUpSink.ToObjects(
                    Container(parsed, configuration, container.Holder), format, first => container.Below(FollowUpSink.NameOf(first, provider, format)), $"{container.Holder}/");
            default:
                return FollowUpSink.ToStandardOutput(format);
        }
    }

    private static S3Objects Bucket(ParseResult parsed, IConfiguration configuration, string bucket) => S3Objects.Connect(
        bucket,
        parsed.GetValue(S3Endpoint) is { } endpoint ? Url(endpoint, S3Endpoint.Name) : null,
        parsed.GetValue(S3Region),
        configuration);

    private static BlobObjects Container(ParseResult parsed, IConfiguration configuration, string container) => BlobObjects.Connect(
        container, parsed.GetValue(BlobAccount) is { } account ? Url(account, BlobAccount.Name) : null, configuration);

    private static Uri Url(string? text, string option) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new UsageException($"{option} must be an http or https URL.");
}

/// <summary>Where an export starts: after a number, or from a time on.</summary>
internal readonly record struct StartingPoint(long After, DateTimeOffset? Since)
{
    /// <exception cref="UsageException">It is neither a number nor a time.</exception>
    public static StartingPoint Parse(string text)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var position))
        {
            return new(position, null);
        }

        return DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
            && text.Length >= 8 && char.IsAsciiDigit(text[3]) && text[4] == '-'
            ? new(0, at)
            : throw new UsageException($"\"{text}\" is neither a cursor nor an ISO 8601 time such as 2026-03-01T10:00:00Z.");
    }
}

/// <summary>The cursor of the last export, with how many rows it had and when it ran.</summary>
/// <param name="provider">The provider that the export is limited to; the cursor of another selection would skip rows.</param>
internal sealed class ExportCursor(IObjectStore store, string name, string? provider) : IDisposable
{
    /// <returns>The beginning when there is no cursor yet.</returns>
    /// <exception cref="UsageException">What is stored is no cursor, or one of another selection.</exception>
    public async Task<StartingPoint> ReadAsync(CancellationToken cancellationToken)
    {
        if (await store.GetAsync(name, cancellationToken) is not { } stored)
        {
            return default;
        }

        try
        {
            using var document = JsonDocument.Parse(stored);
            var root = document.RootElement;
            var (cursor, of) = root.ValueKind == JsonValueKind.Object
                ? (root.GetProperty("cursor").ToString(), root.TryGetProperty("providerId", out var id) ? id.GetString() : null)
                : (root.ToString(), provider);
            return of == provider
                ? StartingPoint.Parse(cursor)
                : throw new UsageException($"{name} is the cursor of {of ?? "all providers"}. Use another --cursor-store-path.");
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new UsageException($"{name} has no cursor. Delete it to start from the beginning.");
        }
    }

    public Task WriteAsync(long cursor, int rows, DateTimeOffset now, CancellationToken cancellationToken) => store.PutAsync(
        name,
        JsonSerializer.SerializeToUtf8Bytes(new { cursor, rows, updatedAt = now.UtcDateTime, providerId = provider }, FollowUpFormat.Camel),
        "application/json",
        cancellationToken);

    public void Dispose() => store.Dispose();
}

/// <summary>The destination of follow-ups. Writing returns only when they are delivered.</summary>
internal sealed class FollowUpSink : IDisposable
{
    private readonly Func<IReadOnlyList<FollowUp>, CancellationToken, Task<string?>> _write;
    private readonly IDisposable? _owned;

    private FollowUpSink(Func<IReadOnlyList<FollowUp>, CancellationToken, Task<string?>> write, IDisposable? owned = null) =>
        (_write, _owned) = (write, owned);

    public static FollowUpSink ToStandardOutput(string format) => new(async (rows, cancellationToken) =>
    {
        await using var output = Console.OpenStandardOutput();
        await output.WriteAsync(await FollowUpFormat.WriteAsync(rows, format, cancellationToken), cancellationToken);
        return null;
    });

    /// <summary>One object for each run.</summary>
    /// <param name="name">Its name, which depends on the first row alone.</param>
    /// <param name="place">What stands before the name when it is shown.</param>
    public static FollowUpSink ToObjects(IObjectStore store, string format, Func<FollowUp, string> name, string place) => new(
        async (rows, cancellationToken) =>
        {
            var target = name(rows[0]);
            await store.PutAsync(
                target, await FollowUpFormat.WriteAsync(rows, format, cancellationToken), FollowUpFormat.ContentType(format), cancellationToken);
            return place + target;
        },
        store);

    /// <summary>Sends one POST of <c>{"followUps": […]}</c>; any status but 2xx fails the run.</summary>
    public static FollowUpSink ToWebhook(Uri url, OutgoingHttp outgoing)
    {
        var client = new HttpClient(outgoing.HandlerForSettings()) { Timeout = TimeSpan.FromSeconds(30) };
        return new(
            async (rows, cancellationToken) =>
            {
                try
                {
                    using var response = await client.PostAsJsonAsync(url, FollowUpFormat.ToWebhook(rows), FollowUpFormat.Camel, cancellationToken);
                    response.EnsureSuccessStatusCode();
                    return url.Host;
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    throw new IOException($"{url.Host} did not answer within 30 seconds.");
                }
            },
            client);
    }

    /// <summary>Sorted by day and number; an export of one provider never replaces an object of the export of all.</summary>
    public static string NameOf(FollowUp first, string? provider, string format) => string.Create(
        CultureInfo.InvariantCulture,
        $"{first.CreatedAt.UtcDateTime:yyyy/MM/dd}/followups-{first.Position:D12}{(provider is null ? "" : $"-{Uri.EscapeDataString(provider)}")}.{format}");

    /// <returns>Where the rows went; null for standard output.</returns>
    public Task<string?> WriteAsync(IReadOnlyList<FollowUp> rows, CancellationToken cancellationToken) => _write(rows, cancellationToken);

    public void Dispose() => _owned?.Dispose();
}
