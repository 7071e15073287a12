using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using Smplat.Core.Guardrails;
using Smplat.Core.Notifications;
using Smplat.Core.Platform.Outbox;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Digests;

/// <summary>The business figures of the week, for operators only: one message per address and ISO week in UTC.</summary>
public sealed class OperatorDigest(
    NpgsqlDataSource database,
    DigestStore store,
    FollowUpQueries followUps,
    OutboxWriter outbox,
    IOptionsMonitor<DigestOptions> options,
    IOptionsMonitor<RuntimeOptions> runtime,
    TimeProvider clock)
{
    private const int ListedActions = 5;

    /// <returns>True when a message was enqueued; in a dry run, when one would have been.</returns>
    public async Task<bool> IssueAsync(bool isManual, bool isDryRun, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        var now = clock.GetUtcNow();
        if (settings.OperatorRecipients.Length == 0
            || !DigestDuePolicy.IsDue(now, TimeZoneInfo.Utc, null, null, isManual, settings))
        {
            return false;
        }

        if (isDryRun)
        {
            return true;
        }

        var week = DigestWeek.ToIssue(now, TimeZoneInfo.Utc, settings).Label;
        var payload = await PayloadAsync(week, now, cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var isNew = false;
        foreach (var recipient in settings.OperatorRecipients)
        {
            isNew |= await outbox.EnqueueAsync(
                new(
                    MessageKinds.WeeklyOperatorDigest,
                    OutboxChannel.Email,
                    recipient,
                    null,
                    $"operator-digest:{recipient}:{week}",
                    payload,
                    now),
                transaction,
                cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return isNew;
    }

    private async Task<string> PayloadAsync(string week, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var since = now - TimeSpan.FromDays(7);
        var figures = await store.ReadFiguresAsync(since, now, cancellationToken);
        var activity = await followUps.ReadActivityAsync(since, now, ListedActions, cancellationToken);
        var counts = figures.Counts;
        return JsonSerializer.Serialize(new
        {
            week,
            orders_created = counts.OrdersCreated,
            orders_completed = counts.OrdersCompleted,
            orders_on_hold = counts.OrdersOnHold,
            tasks_completed = counts.TasksCompleted,
            tasks_failed = counts.TasksFailed,
            revenue = figures.Revenue.Select(row => new { amount = row.Amount, currency = row.Currency, orders = row.Orders }),
            conversion_href = GuardrailLinks.Conversions(runtime.CurrentValue.FrontendUrl, null),
            provider = new
            {
                total_orders = figures.Providers.TotalOrders,
                pass = figures.Providers.Guardrails.Pass,
                warn = figures.Providers.Guardrails.Warn,
                fail = figures.Providers.Guardrails.Fail,
                replays_executed = figures.Providers.Replays.Executed,
                replays_failed = figures.Providers.Replays.Failed,
                replays_scheduled = figures.Providers.Replays.Scheduled,
            },
            automation_actions = activity.Latest.Select(deed => new { verb = deed.Verb, provider = deed.ProviderName ?? deed.ProviderId }),
            actions_captured = activity.Count,
            paused_providers = activity.Paused.Select(
                status => new { provider = status.ProviderName ?? status.ProviderId, since = status.UpdatedAt }),
            recovery = new
            {
                prompts = counts.Prompts,
                recovered = counts.Recovered,
                escalations = counts.Escalations,
                revenue = figures.Recovered.Select(row => new { amount = row.Amount, currency = row.Currency }),
                hosted_completed = counts.HostedCompleted,
                hosted_exhausted = counts.HostedExhausted,
            },
            messages = new { sent = counts.MessagesSent, suppressed = counts.MessagesSuppressed, dead = counts.MessagesDead },
        });
    }
}

/// <summary>The content of the operators' digest.</summary>
public sealed record OperatorFigures(
    OperatorCounts Counts,
    IReadOnlyList<CurrencyRevenue> Revenue,
    IReadOnlyList<CurrencyRevenue> Recovered,
    ProviderTelemetry Providers);

public sealed record CurrencyRevenue(string Currency, decimal Amount, long Orders);

public sealed record OperatorCounts
{
    public required long OrdersCreated { get; init; }

    public required long OrdersCompleted { get; init; }

    public required long OrdersOnHold { get; init; }

    public required long TasksCompleted { get; init; }

    public required long TasksFailed { get; init; }

    public required long MessagesSent { get; init; }

    public required long MessagesSuppressed { get; init; }

    public required long MessagesDead { get; init; }

    public required long Prompts { get; init; }

    public required long Escalations { get; init; }

    public required long Recovered { get; init; }

    public required long HostedCompleted { get; init; }

    public required long HostedExhausted { get; init; }
}
