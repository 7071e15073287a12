using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using Smplat.Core.Platform.Outbox;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Digests;

/// <summary>The business side of the week, to operators only: once per address and ISO week in UTC.</summary>
public sealed class OperatorDigest(
    NpgsqlDataSource database,
    OperatorDigestStore store,
    OutboxWriter outbox,
    IOptionsMonitor<WeeklyDigestOptions> options,
    IOptionsMonitor<RuntimeOptions> runtime,
    TimeProvider clock)
{
    /// <returns>True when a message was enqueued, or would have been.</returns>
    public async Task<bool> IssueAsync(bool byHand, bool isDryRun, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        var now = clock.GetUtcNow();
        if (settings.OperatorRecipients.Length == 0
            || !DigestDuePolicy.IsDue(now, TimeZoneInfo.Utc, null, null, byHand, settings))
        {
            return false;
        }

        if (isDryRun)
        {
            return true;
        }

        var week = DigestWeek.At(now, TimeZoneInfo.Utc).Label;
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
        var figures = await store.ReadAsync(now - TimeSpan.FromDays(7), now, cancellationToken);
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
            conversion_href = new Uri(runtime.CurrentValue.FrontendUrl, "admin/reports#experiment-analytics").AbsoluteUri,
            provider = new
            {
                total_orders = figures.Providers.TotalOrders,
                pass = figures.Providers.Pass,
                warn = figures.Providers.Warn,
                fail = figures.Providers.Fail,
                replays_executed = figures.Providers.ReplaysExecuted,
                replays_failed = figures.Providers.ReplaysFailed,
                replays_scheduled = figures.Providers.ReplaysScheduled,
            },
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
