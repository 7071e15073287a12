using Smplat.Core.Billing;
using Smplat.Core.Checkout;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Operators;

/// <summary>
/// Inspects what does not recover automatically, and applies the plan that an operator has read. An item that has changed since
/// the inspection is not repaired, and no item is repaired twice.
/// </summary>
public sealed class RecoveryRepair(
    RepairStore store, OutboxOperations messages, CheckoutOrderSync checkouts, HostedRecovery hostedSessions, TimeProvider clock)
{
    public const string Done = "done";
    public const string Changed = "changed since";
    public const string Left = "left";

    private const string DeadMessage = "dead:";

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
        var isDone = (item.Subject, item.Action) switch
        {
            (_, RepairAction.Leave) => (bool?)null,
            ("message", RepairAction.Redrive) => await RedriveAsync(item, cancellationToken),
            ("hosted_session", RepairAction.Schedule) => await hostedSessions.ScheduleAsync(item.Id, item.State, cancellationToken),
            ("checkout", RepairAction.FollowOrder) => await checkouts.CatchUpAsync(item.Id, item.State, cancellationToken),
            _ => false,
        };
        return isDone switch { null => Left, true => Done, false => Changed };
    }

    private async Task<bool> RedriveAsync(RepairItem item, CancellationToken cancellationToken) =>
        item.State.StartsWith(DeadMessage, StringComparison.Ordinal)
        && await messages.RedriveDeadAsync(
            item.Id, item.State[DeadMessage.Length..], "repair-plan", item.Why, cancellationToken);
}

/// <summary>What an inspection found. Read it, change it, apply it.</summary>
public sealed record RepairPlan(DateTimeOffset InspectedAt, IReadOnlyList<RepairItem> Items);

/// <summary>One thing that does not recover automatically, and what is proposed about it.</summary>
/// <param name="Subject"><c>message</c>, <c>checkout</c> or <c>hosted_session</c>.</param>
/// <param name="State">Its state at the inspection. The action is taken only while the state is the same.</param>
/// <param name="Action">One of <see cref="RepairAction"/>. Change it in the plan before applying the plan.</param>
public sealed record RepairItem(string Subject, Guid Id, string Name, string State, string Action, string Why);

/// <summary>The result for one item of an applied plan.</summary>
public sealed record RepairResult(RepairItem Item, string Outcome);

/// <summary>The actions that a plan can contain.</summary>
public static class RepairAction
{
    /// <summary>Nothing; somebody must look at it first.</summary>
    public const string Leave = "leave";

    /// <summary>Send the message again.</summary>
    public const string Redrive = "redrive";

    /// <summary>Bring the checkout to the stage of its paid order.</summary>
    public const string FollowOrder = "follow_order";

    /// <summary>Make the hosted session's next attempt due now.</summary>
    public const string Schedule = "schedule";

    public static readonly string[] All = [Leave, Redrive, FollowOrder, Schedule];
}
