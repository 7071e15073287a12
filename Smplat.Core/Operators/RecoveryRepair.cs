using Npgsql;

namespace Smplat.Core.Operators;

/// <summary>Inspect, read, apply: nothing is repaired that has changed since it was inspected, and nothing twice.</summary>
public sealed class RecoveryRepair(NpgsqlDataSource database, RepairStore store, CheckoutStore checkouts, TimeProvider clock)
{
    public const string Done = "done";
    public const string Changed = "changed since";
    public const string Left = "left";

    public async Task<RepairPlan> InspectAsync(int limit, CancellationToken cancellationToken) =>
        new(clock.GetUtcNow(), await store.InspectAsync(limit, cancellationToken));

    public async Task<IReadOnlyList<RepairResult>> ApplyAsync(RepairPlan plan, CancellationToken cancellationToken)
    {
        var results = new List<RepairResult>(plan.Items.Count);
        foreach (var item in plan.Items)
        {
            results.Add(new(item, await ApplyAsync(item, cancellationToken)));
        }

        return results;
    }

    private async Task<string> ApplyAsync(RepairItem item, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var isDone = (item.Subject, item.Action) switch
        {
            (_, RepairAction.Leave) => (bool?)null,
            ("message", RepairAction.Redrive) => await store.RedriveAsync(item.Id, item.State, now, cancellationToken),
            ("hosted_session", RepairAction.Schedule) => await store.ScheduleAsync(item.Id, item.State, now, cancellationToken),
            ("checkout", RepairAction.FollowOrder) => await FollowAsync(item, now, cancellationToken),
            _ => false,
        };
        return isDone switch { null => Left, true => Done, false => Changed };
    }

    private async Task<bool> FollowAsync(RepairItem item, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await store.LockCheckoutAsync(item.Id, item.State, transaction, cancellationToken) is not var (orderId, orderStatus)
            || await checkouts.LockAsync([orderId], transaction, cancellationToken) is not [var row])
        {
            return false;
        }

        var steps = CheckoutSyncPolicy.Steps(row.Standing, orderStatus, null, now, now);
        if (steps.Count > 0)
        {
            var change = new CheckoutChange(row.Id, steps[^1].Standing, "{}", [.. steps.Select(step => step.Step)]);
            await checkouts.WriteAsync([change], now, transaction, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}
