using System.Text.Json;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Billing;

/// <summary>Records every recovery run: who started it, with which settings, what it did, and how it ended.</summary>
public sealed class HostedRecoveryRuns(
    HostedRecoveryRunStore store,
    MailSender mail,
    DurableCounters counters,
    IOptionsMonitor<HostedRecoveryOptions> options,
    TimeProvider clock)
{
    /// <summary>A run that is open for longer than this belongs to a process that crashed.</summary>
    private static readonly TimeSpan Stuck = TimeSpan.FromMinutes(30);

    /// <summary>Newest first.</summary>
    public Task<IReadOnlyList<HostedRecoveryRun>> ListAsync(int limit, CancellationToken cancellationToken) =>
        store.ListAsync(limit, cancellationToken);

    /// <summary>Records the start of a run, and closes runs that a crash left open.</summary>
    /// <returns>The id of the run.</returns>
    public async Task<Guid> BeginAsync(string triggeredBy, int limit, int maxAttempts, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        await store.BeginAsync(id, triggeredBy, Metadata(triggeredBy, limit, maxAttempts), now, now - Stuck, cancellationToken);
        return id;
    }

    /// <summary>Records the end of a run, also when its caller was cancelled.</summary>
    /// <param name="error">Why it failed; null when it completed.</param>
    public Task EndAsync(Guid id, HostedRecoveryCounts counts, string? error)
    {
        var status = error is null ? "completed" : "failed";
        counters.Increment("smplat_hosted_recovery_runs_total", ("status", status));
        counters.Add("smplat_hosted_recovery_sessions_scheduled_total", counts.Scheduled);
        counters.Add("smplat_hosted_recovery_sessions_notified_total", counts.Notified);
        counters.Add("smplat_hosted_recovery_sessions_exhausted_total", counts.Exhausted);
        if (error is null)
        {
            counters.Note("smplat_hosted_recovery_last_success_timestamp", clock.GetUtcNow().ToUnixTimeSeconds());
        }

        return store.EndAsync(id, status, counts.Scheduled, counts.Notified, error, clock.GetUtcNow(), CancellationToken.None);
    }

    private string Metadata(string triggeredBy, int limit, int maxAttempts) => JsonSerializer.Serialize(new
    {
        limit,
        max_attempts = maxAttempts,
        triggered_by = triggeredBy,
        email_provider = mail.Choose() switch { null => "none", FileMailGateway => "file", _ => "smtp" },
        chat_provider = options.CurrentValue is { IsSlackEnabled: true, SlackWebhookUrl: not null } ? "slack-webhook" : "none",
    });
}

/// <summary>A recovery run as it was recorded.</summary>
public sealed record HostedRecoveryRun
{
    public required Guid Id { get; init; }

    public required string TriggeredBy { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    public required string Status { get; init; }

    public required int ScheduledCount { get; init; }

    public required int NotifiedCount { get; init; }

    public required string Metadata { get; init; }

    public string? ErrorMessage { get; init; }
}
