using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Onboarding;

/// <summary>Ticks tasks off and back. Only a change leaves a trace: the same call twice is one event.</summary>
public sealed class TaskToggle(
    NpgsqlDataSource database, JourneyStore journeys, JourneyHistoryStore history, TimeProvider clock)
{
    /// <param name="actor">One of <see cref="Actor"/>.</param>
    public async Task<OnboardingOutcome<JourneyTask>> ToggleAsync(
        Guid orderId, Guid taskId, bool completed, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await journeys.LockByOrderAsync(orderId, transaction, cancellationToken) is not { } journey)
        {
            return new OnboardingOutcome<JourneyTask>.Refused(new JourneyMissing(orderId));
        }

        if (journey.Tasks.FirstOrDefault(task => task.Id == taskId) is not { } before)
        {
            return new OnboardingOutcome<JourneyTask>.Refused(new UnknownOrderTask(taskId, orderId));
        }

        var status = completed ? JourneyTaskStatus.Completed : JourneyTaskStatus.Pending;
        if (before.Status == status)
        {
            return new OnboardingOutcome<JourneyTask>.Done(before);
        }

        var now = clock.GetStoredNow();
        var after = before with { Status = status, CompletedAt = completed ? now : null, UpdatedAt = now };
        var tasks = journey.Tasks.Select(task => task.Id == taskId ? after : task).ToArray();
        await journeys.UpdateTaskAsync(after, transaction, cancellationToken);
        await journeys.UpdateAsync(ProgressPolicy.Refresh(journey with { Tasks = tasks }, now), transaction, cancellationToken);
        await TraceAsync(journey, before, after, actor, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new OnboardingOutcome<JourneyTask>.Done(after);
    }

    private async Task TraceAsync(
        Journey journey,
        JourneyTask before,
        JourneyTask after,
        string actor,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        await history.AddEventAsync(
            new(
                journey.Id,
                journey.OrderId,
                after.Id,
                JourneyEventType.TaskStatusChanged,
                before.Status,
                after.Status,
                JourneyJson.Of(new { actor }),
                after.UpdatedAt),
            transaction,
            cancellationToken);
        await history.AddInteractionAsync(
            new(journey.Id, after.Id, actor, Channel.Dashboard, "Checklist updated", null, "{}", after.UpdatedAt),
            transaction,
            cancellationToken);
    }
}
