using System.CommandLine;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Smplat.Core.Operators;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Observability;

namespace Smplat.Cli.Commands.Incident;

/// <summary>What the database tells, whether or not an app is there to ask.</summary>
internal static class DatabaseParts
{
    private const string Source = "database";
    private const int MostRuns = 2_000;

    internal static async Task CollectAsync(
        ParseResult parsed, ServiceProvider services, SnapshotCollection collection, DateTimeOffset since, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(CliConfiguration.Build(parsed.GetValue(GlobalOptions.Database))["SMPLAT_DATABASE"]))
        {
            collection.LeaveOut("database-*", "Ledger, counters, banner and migrations", Source, "no database is configured here; give --database");
            return;
        }

        var ledger = new Lazy<JobQueries>(services.GetRequiredService<JobQueries>);
        await collection.TakeAsync(
            "database-migrations.json",
            "Migrations that were applied, and when",
            Source,
            () => new SchemaStore(services.GetRequiredService<NpgsqlDataSource>()).ListAsync(cancellationToken),
            cancellationToken);
        await collection.TakeAsync(
            "database-jobs.json", "Standing figures of every job", Source, () => ledger.Value.ListStatesAsync(cancellationToken), cancellationToken);
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
            "database-job-runs.json", $"The {MostRuns} newest runs", Source, () => ledger.Value.ListRunsAsync(null, MostRuns, cancellationToken), cancellationToken);
        if (runs is not null)
        {
            await KeepFailuresAsync(runs, collection, since, cancellationToken);
        }
    }

    private static async Task KeepFailuresAsync(
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
            "Runs that failed, wait for a retry or were abandoned: the ledger's side of server_action_failed",
            Source,
            () => Task.FromResult(Encoding.UTF8.GetBytes(string.Concat(lines))),
            cancellationToken);
        SnapshotFacts.NoteFailures(failed.Select(run => (run.JobId, run.Status, run.Error, run.TraceId)), collection.Index);

        if (runs.Count == MostRuns && runs[^1].StartedAt > since)
        {
            collection.Index.AddFact($"The ledger's runs reach back only to {runs[^1].StartedAt:u}; older ones are in the database.");
        }
    }
}
