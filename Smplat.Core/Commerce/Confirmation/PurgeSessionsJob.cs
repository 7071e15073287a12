using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Resilience;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>Marks unused tokens as expired, and deletes old sessions with their addresses, old keys and old scores.</summary>
internal sealed class PurgeSessionsJob(
    ConfirmationStore store, IOptionsMonitor<ConfirmationOptions> options, TimeProvider clock) : IJob
{
    private const int Batch = 5_000;
    private const int ScoreDays = 90;

    public JobDefinition Definition { get; } =
        new("purge-routing-sessions", "Deletes expired routing sessions, idempotency keys and shadow scores.")
        {
            MaxAttempts = 5,
            Backoff = new(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(60)) { Jitter = Jitter.UpTo(TimeSpan.FromSeconds(1)) },
        };

    public bool IsEnabled => options.CurrentValue.PurgeEnabled;

    public TimeSpan Spacing => TimeSpan.FromMinutes(30);

    public async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var before = now.AddDays(-options.CurrentValue.SessionRetentionDays);
        var expired = await AllAsync(limit => store.ExpireAsync(now, limit, cancellationToken));
        var deleted = await AllAsync(limit => store.DeleteSessionsAsync(before, limit, cancellationToken));
        var keys = await AllAsync(limit => store.DeleteKeysAsync(now, limit, cancellationToken));
        var scores = await AllAsync(limit => store.DeleteScoresAsync(now.AddDays(-ScoreDays), limit, cancellationToken));
        return JobReport.Of(
            expired + deleted + keys + scores > 0,
            ("expired", expired),
            ("sessions_deleted", deleted),
            ("keys_deleted", keys),
            ("scores_deleted", scores));
    }

    /// <summary>In batches, so that no statement holds its locks for long.</summary>
    private static async Task<int> AllAsync(Func<int, Task<int>> purge)
    {
        var (sum, count) = (0, Batch);
        while (count == Batch)
        {
            count = await purge(Batch);
            sum += count;
        }

        return sum;
    }
}
