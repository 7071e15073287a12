using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Resilience;

namespace Smplat.Core.Platform.Jobs;

/// <summary>Creates the coming months of event and log tables, drops expired ones, and deletes old rows, also of the run ledger.</summary>
internal sealed class RetentionJob(
    PartitionMaintenance partitions,
    JobStore store,
    IEnumerable<IExpiringRows> expiring,
    IOptionsMonitor<JobsOptions> options,
    TimeProvider clock) : IJob
{
    private const int TrimBatch = 5_000;

    public JobDefinition Definition { get; } = new("retention", "Creates upcoming partitions and deletes expired rows of event and log tables.")
    {
        MaxAttempts = 5,
        Backoff = new(TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(30)) { Jitter = Jitter.UpTo(TimeSpan.FromSeconds(20)) },
    };

    /// <summary>Always on: without it, events would eventually have no partition to go to.</summary>
    public bool IsEnabled => true;

    public TimeSpan Spacing => TimeSpan.FromHours(1);

    public async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var created = await partitions.EnsureAsync(cancellationToken);
        var dropped = await partitions.DropExpiredAsync(cancellationToken);
        var trimmed = await TrimLedgerAsync(cancellationToken);
        var expired = await DeleteExpiredAsync(cancellationToken);
        return JobReport.Of(
            created.Count + dropped.Count + trimmed + expired.Values.Sum() > 0,
            ("months_created", created),
            ("months_dropped", dropped),
            ("runs_trimmed", trimmed),
            ("rows_expired", expired));
    }

    private async Task<Dictionary<string, int>> DeleteExpiredAsync(CancellationToken cancellationToken)
    {
        var expired = new Dictionary<string, int>();
        foreach (var rows in expiring)
        {
            expired[rows.Name] = await rows.DeleteExpiredAsync(clock.GetUtcNow(), cancellationToken);
        }

        return expired;
    }

    private async Task<int> TrimLedgerAsync(CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow().AddDays(-options.CurrentValue.RunRetentionDays);
        var trimmed = 0;
        int batch;
        do
        {
            batch = await store.DeleteRunsBeforeAsync(before, TrimBatch, cancellationToken);
            trimmed += batch;
        }
        while (batch == TrimBatch);
        return trimmed;
    }
}

/// <summary>Rows of a feature that expire; the retention job deletes them.</summary>
internal interface IExpiringRows
{
    /// <summary>Name in the job's summary.</summary>
    string Name { get; }

    /// <returns>Number of deleted rows.</returns>
    Task<int> DeleteExpiredAsync(DateTimeOffset now, CancellationToken cancellationToken);
}
