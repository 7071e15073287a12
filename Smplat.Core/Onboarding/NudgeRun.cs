using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Npgsql;
using Smplat.Core.Notifications;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Onboarding;

/// <summary>Start a run of nudges.</summary>
/// <param name="Idle">How long a task must be idle before its client is reminded.</param>
/// <param name="Limit">The most journeys of the run.</param>
/// <param name="IsDryRun">Only find the due tasks, and write nothing.</param>
/// <param name="TriggeredBy">Recorded with every nudge.</param>
public sealed record NudgeCommand(TimeSpan Idle, int Limit, bool IsDryRun, string TriggeredBy)
{
    public const string Automation = "automation";
}

/// <summary>What a run found and did.</summary>
/// <param name="Due">Tasks that were due when the run began.</param>
/// <param name="Messages">Messages that were queued.</param>
/// <param name="Skipped">Groups of tasks without a recipient.</param>
public sealed record NudgeReport(IReadOnlyList<NudgeOpportunity> Due, int Messages, int Skipped)
{
    public int Journeys => Due.Select(task => task.JourneyId).Distinct().Count();
}

/// <summary>
/// Reminds clients of open tasks, with one message for each journey and channel. The message is queued together with the
/// note that prevents the next one during the cooldown. A dry run only finds the due tasks.
/// </summary>
public sealed class NudgeRun(
    NpgsqlDataSource database,
    NudgeStore store,
    JourneyStore journeys,
    JourneyHistoryStore history,
    OutboxWriter outbox,
    IOptionsMonitor<OnboardingOptions> options,
    TimeProvider clock)
{
    public static readonly TimeSpan Cooldown = TimeSpan.FromHours(12);

    public async Task<NudgeReport> RunAsync(NudgeCommand command, CancellationToken cancellationToken)
    {
        var due = await ListAsync(null, command, cancellationToken);
        if (command.IsDryRun)
        {
            return new NudgeReport(due, 0, 0);
        }

        var messages = 0;
        var skipped = 0;
        foreach (var journeyId in due.Select(task => task.JourneyId).Distinct())
        {
            var (sent, without) = await NudgeAsync(journeyId, command, cancellationToken);
            messages += sent;
            skipped += without;
        }

        return new NudgeReport(due, messages, skipped);
    }

    private async Task<(int Messages, int Skipped)> NudgeAsync(
        Guid journeyId, NudgeCommand command, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await journeys.LockAsync(journeyId, transaction, cancellationToken) is null)
        {
            return (0, 0);
        }

        // Read again under the lock, because another run may have nudged the journey in the meantime.
        var due = await ListAsync(journeyId, command, cancellationToken);
        var messages = 0;
        var skipped = 0;
        foreach (var group in due.GroupBy(ChannelOf))
        {
            var tasks = group.ToArray();
            var isQueued = tasks[0].UserId is not null || group.Key == Channel.Slack;
            if (isQueued)
            {
                await outbox.EnqueueAsync(Message(tasks, group.Key, command), transaction, cancellationToken);
                messages++;
            }
            else
            {
                skipped++;
            }

            foreach (var task in tasks)
            {
                await NoteAsync(task, group.Key, isQueued, command, transaction, cancellationToken);
            }
        }

        await transaction.CommitAsync(cancellationToken);
        return (messages, skipped);
    }

    private Task<IReadOnlyList<NudgeOpportunity>> ListAsync(
        Guid? journeyId, NudgeCommand command, CancellationToken cancellationToken) =>
        store.ListDueAsync(journeyId, clock.GetUtcNow(), command.Idle, Cooldown, command.Limit, cancellationToken);

    /// <summary>Slack only while a webhook is configured; otherwise the reminder would be lost.</summary>
    private string ChannelOf(NudgeOpportunity task) =>
        task.RecommendedChannel == Channel.Slack && options.CurrentValue.SlackWebhookUrl is not null ? Channel.Slack : Channel.Email;

    private OutboxMessage Message(NudgeOpportunity[] tasks, string channel, NudgeCommand command)
    {
        var now = clock.GetUtcNow();
        var paragraphs = NudgeText.ParagraphsOf(tasks);
        var payload = JourneyJson.Of(new
        {
            order_id = tasks[0].OrderId,
            order_number = tasks[0].OrderNumber,
            journey_id = tasks[0].JourneyId,
            triggered_by = command.TriggeredBy,
            subject = NudgeText.SubjectOf(tasks),
            message = string.Join("\n\n", paragraphs),
            paragraphs,
            tasks = tasks.Select(task => new { id = task.TaskId, slug = task.TaskSlug, reason = task.Reason, idle_hours = task.IdleHours(now) }),
        });
        return channel == Channel.Slack
            ? new(MessageKinds.OnboardingConciergeNudge, OutboxChannel.Slack, OnboardingFeature.SlackTargetName, null, KeyOf(tasks, channel, now), payload, now)
            : new(MessageKinds.OnboardingConciergeNudge, OutboxChannel.Email, null, tasks[0].UserId, KeyOf(tasks, channel, now), payload, now);
    }

    /// <summary>The same tasks for the same reasons within the same half-day are one message.</summary>
    private static string KeyOf(NudgeOpportunity[] tasks, string channel, DateTimeOffset now)
    {
        var keys = string.Join('\n', tasks.Select(task => task.DedupeKey).Order(StringComparer.Ordinal));
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(keys)).AsSpan(0, 8));
        var half = now.UtcDateTime.Hour < 12 ? "am" : "pm";
        return string.Create(CultureInfo.InvariantCulture, $"onb:{tasks[0].JourneyId}:{channel}:{digest}:{now.UtcDateTime:yyyy-MM-dd}-{half}");
    }

    private Task NoteAsync(
        NudgeOpportunity task,
        string channel,
        bool isQueued,
        NudgeCommand command,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var note = NudgeNote.Create(
            task.DedupeKey, command.TriggeredBy, isQueued ? "queued" : "skipped", new { automated = true, idle_hours = task.IdleHours(now), channel });
        return history.AddInteractionAsync(
            new(task.JourneyId, task.TaskId, Actor.System, channel, NudgeNote.Summary, $"{task.Subject}\n\n{NudgeText.MessageOf([task])}", note, now),
            transaction,
            cancellationToken);
    }
}

/// <summary>A task that its client should be reminded of.</summary>
public sealed record NudgeOpportunity
{
    public const string Overdue = "task_overdue";
    public const string Idle = "task_idle";

    public required Guid JourneyId { get; init; }

    public required Guid OrderId { get; init; }

    public required string OrderNumber { get; init; }

    public Guid? UserId { get; init; }

    public required Guid TaskId { get; init; }

    public required string TaskSlug { get; init; }

    public required string TaskTitle { get; init; }

    public DateTimeOffset? DueAt { get; init; }

    public required DateTimeOffset LastTouchAt { get; init; }

    public string? PreferredChannel { get; init; }

    /// <summary><see cref="Overdue"/> or <see cref="Idle"/>.</summary>
    public required string Reason { get; init; }

    public string DedupeKey => $"{TaskId}:{Reason}";

    public string RecommendedChannel => PreferredChannel == Channel.Slack ? Channel.Slack : Channel.Email;

    public string Subject => $"Action needed: {TaskTitle}";

    public int IdleHours(DateTimeOffset now) => (int)Math.Floor((now - LastTouchAt).TotalHours);

    public DateTimeOffset SlaExpiresAt(DateTimeOffset now, TimeSpan threshold) => DueAt ?? now + threshold;
}

/// <summary>The text of a nudge: one message for all open tasks of a journey.</summary>
internal static class NudgeText
{
    public static string SubjectOf(IReadOnlyList<NudgeOpportunity> tasks) => tasks.Count == 1
        ? tasks[0].Subject
        : string.Create(CultureInfo.InvariantCulture, $"Action needed: {tasks.Count} onboarding steps");

    public static IReadOnlyList<string> ParagraphsOf(IReadOnlyList<NudgeOpportunity> tasks) =>
    [
        tasks.Count == 1
            ? "One step of your onboarding is waiting for you:"
            : "Some steps of your onboarding are waiting for you:",
        .. tasks.Select(task => task.Reason == NudgeOpportunity.Overdue
            ? $"{task.TaskTitle} (it was due on {task.DueAt!.Value.UtcDateTime.ToString("d MMMM yyyy", CultureInfo.InvariantCulture)})"
            : task.TaskTitle),
        "We can start the work as soon as this is done. Reply to this message if you are stuck.",
    ];

    public static string MessageOf(IReadOnlyList<NudgeOpportunity> tasks) => string.Join("\n\n", ParagraphsOf(tasks));
}

/// <summary>The metadata of an interaction about a nudge. Its key prevents the next nudge during the cooldown.</summary>
internal static class NudgeNote
{
    public const string Summary = "Concierge nudge dispatched";

    /// <param name="status"><c>queued</c>, <c>skipped</c> or <c>logged</c>.</param>
    /// <param name="extra">An object with further members.</param>
    public static string Create<T>(string key, string triggeredBy, string status, T extra)
    {
        var note = JsonNode.Parse(JourneyJson.Of(extra))!.AsObject();
        note["key"] = key;
        note["triggered_by"] = triggeredBy;
        note["delivery_status"] = status;
        return new JsonObject { ["nudge"] = note }.ToJsonString();
    }
}
