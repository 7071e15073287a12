using System.CommandLine;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Smplat.Core.Operators;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Observability;

namespace Smplat.Cli.Commands;

/// <summary><c>smplat incident</c>: collects what a retrospective needs while it is still available.</summary>
public sealed class IncidentCommands : ICommandModule
{
    private static readonly Option<string?> Output = new("--output")
    {
        Description = "Archive if it ends in .zip, else a folder. Default: incident-<time>.zip.",
    };

    private static readonly Option<string> Since = new("--since")
    {
        Description = $"Collect failed runs and log lines from this time on: {PointInTime.Forms}.",
        DefaultValueFactory = _ => "24h",
    };

    private static readonly Option<FileInfo[]> Logs = new("--logs")
    {
        Description = "Log files of the app, compressed if they end in .gz; their server_action_failed lines are collected.",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [],
    };

    public void AddTo(RootCommand root)
    {
        var snapshot = new CliCommand(
            "snapshot",
            "Collect readiness, metrics, job ledger, failed actions, flags and banner for a retrospective. Missing parts are listed.",
            "smplat incident snapshot --output incident-7.zip",
            "smplat incident snapshot --since 6h --logs app.log --output incident-7")
        {
            Output, Since, Logs, ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout,
        };
        snapshot.SetWork(SnapshotAsync);
        root.Subcommands.Add(new Command("incident", "Incident snapshots.") { snapshot });
    }

    private static async Task<int> SnapshotAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var now = TimeProvider.System.GetUtcNow();
        var since = PointInTime.Parse(parsed.GetValue(Since)!, now, "--since");
        var path = parsed.GetValue(Output) ?? $"incident-{now.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}.zip";
        using var api = ApiOptions.Connect(parsed);
        await using var services = CliServices.Create(parsed);
        await using var archive = SnapshotArchive.Open(path);
        var index = new SnapshotIndex(now, since, api.Origin);
        var collection = new SnapshotCollection(archive, index);

        await AppParts.CollectAsync(api, collection, cancellationToken);
        await DatabaseParts.CollectAsync(parsed, services, collection, since, cancellationToken);
        await LogParts.CollectAsync(parsed.GetValue(Logs)!, collection, since, cancellationToken);
        await archive.WriteAsync("index.json", CliResult.ToJson(index.ToRecord()), cancellationToken);
        await archive.WriteAsync("index.md", SnapshotPage.Write(index), cancellationToken);
        archive.Complete();
        return parsed.Show(
            new { file = path, index = index.ToRecord() },
            Summary(path, index),
            index.Missing.Any() ? CommandLine.Failed : 0);
    }

    private static string Summary(string path, SnapshotIndex index) => string.Join(
        Environment.NewLine,
        [
            $"{index.Kept.Count()} parts are in {path}; {(index.Missing.Any() ? "missing: " + string.Join(", ", index.Missing.Select(part => part.File)) : "none are missing")}.",
            .. index.LeftOut.Select(part => $"Left out: {part.File} ({part.Reason})."),
        ]);
}

/// <summary>The running app's responses, each stored as received.</summary>
internal static class AppParts
{
    private const string Source = "app";

    private static readonly (string File, string What, string Path)[] Routes =
    [
        ("readiness.json", "Readiness of every component", "/api/v1/health/readyz"),
        ("liveness.json", "Version and environment", "/healthz"),
        ("feed.txt", "Every metric, in Prometheus format", "/api/v1/observability/prometheus"),
        ("jobs.json", "State of every job", "/api/v1/operators/jobs"),
        ("job-runs.json", "The 200 newest job runs", "/api/v1/operators/job-runs?limit=200"),
        ("flags.json", "Every feature flag as the app reads it", "/api/v1/operators/flags"),
        ("banner.json", "The incident banner", "/api/v1/operators/banner"),
        ("fulfillment.json", "The worker's totals, last failure and last dead letter", "/api/v1/fulfillment/observability"),
        ("dead-letters.json", "Tasks that exhausted their retries", "/api/v1/operators/fulfillment/dead-letters"),
        ("payments.json", "Checkout and webhook figures", "/api/v1/payments/observability"),
        ("catalog-search.json", "Catalog searches", "/api/v1/observability/catalog-search"),
        ("key-use.json", "Which API keys were used, and refused attempts", "/api/v1/operators/keys/review"),
    ];

    internal static async Task CollectAsync(ApiClient api, SnapshotCollection collection, CancellationToken cancellationToken)
    {
        foreach (var (file, what, path) in Routes)
        {
            var content = await collection.TakeBytesAsync(
                file, what, Source, () => api.ReadAsync(HttpMethod.Get, path, null, cancellationToken), cancellationToken);
            Note(file, content, collection.Index);
        }

        await collection.TakeBytesAsync(
            "providers.json",
            "Health of the grocery providers",
            Source,
            () => api.ReadAsync(
                HttpMethod.Post, "/functions/v1/loopgpt_route_order", new { action = "health_check" }, cancellationToken),
            cancellationToken);
    }

    private static void Note(string file, byte[]? content, SnapshotIndex index)
    {
        if (content is null || file is not ("readiness.json" or "flags.json" or "banner.json" or "job-runs.json"))
        {
            return;
        }

        try
        {
            using var document = JsonDocument.Parse(content);
            SnapshotFacts.Note(file, document.RootElement, index);
        }
        catch (JsonException)
        {
            index.AddFact($"{file} is not JSON; --base-url may not point to the app.");
        }
    }
}

/// <summary>The database's side, which is available even while the app is down.</summary>
internal static class DatabaseParts
{
    private const string Source = "database";
    private const int MaxRuns = 2_000;

    internal static async Task CollectAsync(
        ParseResult parsed, ServiceProvider services, SnapshotCollection collection, DateTimeOffset since, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(CliConfiguration.Build(parsed.GetValue(GlobalOptions.Database))["SMPLAT_DATABASE"]))
        {
            collection.LeaveOut("database-*", "Job ledger, counters, banner and migrations", Source, "no database is configured; pass --database");
            return;
        }

        var ledger = new Lazy<JobQueries>(services.GetRequiredService<JobQueries>);
        await collection.TakeAsync(
            "database-migrations.json",
            "Applied migrations with their times",
            Source,
            () => new SchemaStore(services.GetRequiredService<NpgsqlDataSource>()).ListAsync(cancellationToken),
            cancellationToken);
        await collection.TakeAsync(
            "database-jobs.json", "State of every job", Source, () => ledger.Value.ListStatesAsync(cancellationToken), cancellationToken);
        await collection.TakeAsync(
            "database-counters.json",
            "Every durable counter",
            Source,
            () => services.GetRequiredService<CounterStore>().ReadAsync("", cancellationToken),
            cancellationToken);
        await collection.TakeAsync(
            "database-banner.json",
            "The incident banner",
            Source,
            async () => new { banner = await new IncidentBannerStore(services.GetRequiredService<NpgsqlDataSource>()).FindAsync(cancellationToken) },
            cancellationToken);
        var runs = await collection.TakeAsync(
            "database-job-runs.json", $"The {MaxRuns} newest job runs", Source, () => ledger.Value.ListRunsAsync(null, MaxRuns, cancellationToken), cancellationToken);
        if (runs is not null)
        {
            await WriteFailuresAsync(runs, collection, since, cancellationToken);
        }
    }

    private static async Task WriteFailuresAsync(
        IReadOnlyList<JobRunRow> runs, SnapshotCollection collection, DateTimeOffset since, CancellationToken cancellationToken)
    {
        JobRunRow[] failed = [.. runs.Where(run => run.StartedAt >= since && run.Status != "completed").OrderBy(run => run.StartedAt)];
        var lines = failed.Select(run => CliResult.ToJson(new
        {
            @event = "server_action_failed",
            name = run.JobId,
            run_id = run.Id,
            run.Attempt,
            run.Status,
            run.StartedAt,
            run.TriggeredBy,
            run.Owner,
            run.TraceId,
            problem = run.Error,
        }) + "\n");
        await collection.TakeBytesAsync(
            "failed-runs.ndjson",
            "Runs that failed, wait for a retry or were abandoned: the job ledger's view of server_action_failed",
            Source,
            () => Task.FromResult(Encoding.UTF8.GetBytes(string.Concat(lines))),
            cancellationToken);
        SnapshotFacts.NoteFailures(failed.Select(run => (run.JobId, run.Status, run.Error, run.TraceId)), collection.Index);

        if (runs.Count == MaxRuns && runs[^1].StartedAt > since)
        {
            collection.Index.AddFact($"The collected runs start at {runs[^1].StartedAt:u}; older ones are only in the database.");
        }
    }
}

/// <summary>The <c>server_action_failed</c> lines of log files, unchanged.</summary>
internal static class LogParts
{
    private const string File = "server-action-failed.ndjson";
    private const string What = "Log lines about failed actions, with their trace ids";
    private const string Source = "logs";
    private const string Event = "server_action_failed";

    /// <summary>Limits the snapshot to a size that can be sent, even for an incident of several days.</summary>
    private const int MaxLines = 50_000;

    internal static async Task CollectAsync(
        FileInfo[] logs, SnapshotCollection collection, DateTimeOffset since, CancellationToken cancellationToken)
    {
        if (logs.Length == 0)
        {
            collection.LeaveOut(File, What, Source, "--logs was not passed; the index has the query for Azure Monitor");
            return;
        }

        await collection.TakeBytesAsync(File, What, Source, () => ReadAsync(logs, collection.Index, since, cancellationToken), cancellationToken);
    }

    private static async Task<byte[]> ReadAsync(
        FileInfo[] logs, SnapshotIndex index, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var kept = new StringBuilder();
        var count = 0;
        foreach (var log in logs)
        {
            await using var file = log.OpenRead();
            await using Stream text = log.Name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
            using var reader = new StreamReader(text);
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                if (line.Contains(Event, StringComparison.Ordinal) && IsWithin(line, since, index) && ++count <= MaxLines)
                {
                    kept.Append(line).Append('\n');
                }
            }
        }

        index.AddFact($"{count} server_action_failed lines in the logs{(count > MaxLines ? $"; the first {MaxLines} are kept" : "")}.");
        return Encoding.UTF8.GetBytes(kept.ToString());
    }

    /// <summary>Lines without a readable time are kept: an extra line is better than a missing one.</summary>
    private static bool IsWithin(string line, DateTimeOffset since, SnapshotIndex index)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.TryGetProperty("timestamp", out var at) && at.TryGetDateTimeOffset(out var instant) && instant < since)
            {
                return false;
            }

            if (document.RootElement.TryGetProperty("trace_id", out var trace) && trace.GetString() is { } id)
            {
                index.AddTrace(id);
            }

            return true;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return true;
        }
    }
}
