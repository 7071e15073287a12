using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using Smplat.Core.Notifications;
using Smplat.Core.Platform.Outbox;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Digests;

/// <summary>The business figures of the week, for operators only: one message per address and ISO week in UTC.</summary>
public sealed class OperatorDigest(
    NpgsqlDataSource database,
    DigestStore store,
    OutboxWriter outbox,
    IOptionsMonitor<DigestOptions> options,
    IOptionsMonitor<RuntimeOptions> runtime,
    TimeProvider clock)
{
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
        var figures = await store.ReadFiguresAsync(now - TimeSpan.FromDays(7), now, cancellationToken);
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

/// <summary>Orders at external providers: margins compared with their guardrails, and replays.</summary>
public sealed record ProviderTelemetry(
    int TotalOrders, int Pass, int Warn, int Fail, int ReplaysExecuted, int ReplaysFailed, int ReplaysScheduled)
{
    public static ProviderTelemetry From(IEnumerable<(decimal Amount, string Payload)> orders)
    {
        var (total, pass, warn, fail, executed, failed, scheduled) = (0, 0, 0, 0, 0, 0, 0);
        foreach (var (amount, text) in orders)
        {
            var payload = JsonSerializer.Deserialize<JsonElement>(text);
            total++;
            switch (GuardrailPolicy.Evaluate(amount, payload))
            {
                case GuardrailVerdict.Pass: pass++; break;
                case GuardrailVerdict.Warn: warn++; break;
                case GuardrailVerdict.Fail: fail++; break;
            }

            foreach (var replay in List(payload, "replays", "replay_entries"))
            {
                var isFailed = replay.ValueKind == JsonValueKind.Object
                    && replay.TryGetProperty("status", out var status) && status.ToString() == "failed";
                (executed, failed) = isFailed ? (executed, failed + 1) : (executed + 1, failed);
            }

            scheduled += List(payload, "scheduledReplays", "scheduled_replays").Count();
        }

        return new(total, pass, warn, fail, executed, failed, scheduled);
    }

    private static IEnumerable<JsonElement> List(JsonElement payload, params string[] names) =>
        payload.ValueKind != JsonValueKind.Object ? [] : names
            .Select(name => payload.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list : default)
            .Where(list => list.ValueKind == JsonValueKind.Array)
            .Take(1)
            .SelectMany(list => list.EnumerateArray());
}

internal enum GuardrailVerdict
{
    /// <summary>Cannot be evaluated: guardrails, cost or price are missing.</summary>
    Idle,
    Pass,
    Warn,
    Fail,
}

/// <summary>Compares the margin of a provider's order with its guardrails.</summary>
internal static class GuardrailPolicy
{
    public static GuardrailVerdict Evaluate(decimal price, JsonElement payload)
    {
        if (price <= 0 || Guardrails(payload) is not { } rules || Number(payload, "providerCostAmount", "provider_cost_amount") is not { } cost)
        {
            return GuardrailVerdict.Idle;
        }

        var margin = price - cost;
        var percent = margin / price * 100;
        if (margin < Number(rules, "minimumMarginAbsolute", "minimum_margin_absolute")
            || percent < Number(rules, "minimumMarginPercent", "minimum_margin_percent"))
        {
            return GuardrailVerdict.Fail;
        }

        return percent < Number(rules, "warningMarginPercent", "warning_margin_percent")
            ? GuardrailVerdict.Warn
            : GuardrailVerdict.Pass;
    }

    private static JsonElement? Guardrails(JsonElement payload) =>
        Member(payload, "guardrails") ?? Member(Member(Member(payload, "service"), "metadata"), "guardrails");

    private static JsonElement? Member(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } found
            && found.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object
                ? value
                : null;

    private static decimal? Number(JsonElement element, params string[] names) => names
        .Select(name => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) ? number : (decimal?)null)
        .FirstOrDefault(number => number is not null);
}
