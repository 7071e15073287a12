using Microsoft.Extensions.Logging;

namespace Smplat.Core.Fulfillment;

/// <summary>Takes over from workers that went silent: their tasks become due again, their claims' debts are paid.</summary>
public sealed class TaskRescue(
    TaskRescueStore store, OrderRollup rollup, FulfillmentTally tally, TimeProvider clock, ILogger<TaskRescue> logger)
{
    private const int PageSize = 500;
    private const string Reason = "The worker went silent and its lease ran out.";

    /// <returns>How many tasks were taken over.</returns>
    public async Task<int> RunAsync(string owner, FulfillmentOptions settings, CancellationToken cancellationToken)
    {
        var total = 0;
        while (true)
        {
            var now = clock.GetUtcNow();
            var rescued = await store.RescueExpiredAsync(settings.MaxRescues, PageSize, Reason, now, cancellationToken);
            Report(rescued, now);
            total += rescued.Count;
            var debts = await store.InheritClaimsAsync(owner, PageSize, now, settings.Lease, cancellationToken);
            await rollup.SettleAsync(
                [.. debts.Select(debt => debt.Id)],
                [.. debts.SelectMany(debt => debt.OrderItemIds).Concat(rescued.Select(task => task.OrderItemId)).Distinct()],
                cancellationToken);
            if (rescued.Count < PageSize && debts.Count < PageSize)
            {
                return total;
            }
        }
    }

    private void Report(IReadOnlyList<RescuedTask> rescued, DateTimeOffset now)
    {
        foreach (var task in rescued)
        {
            FulfillmentLog.Rescued(logger, task.Id, task.Rescues, task.Status);
            if (task.Status == FulfillmentStatus.Failed)
            {
                tally.Count(TaskBucket.Failed, task.TaskType);
                tally.Count(TaskBucket.DeadLettered, task.TaskType);
                tally.NoteFailure(Reason, now);
                tally.NoteDeadLetter(task.Id, task.OrderItemId, task.TaskType, now);
            }
        }

        if (rescued.Count > 0)
        {
            tally.CountRescues(rescued.Count);
        }
    }
}
