using Smplat.Core.Orders;

namespace Smplat.Core.Checkout;

/// <summary>What an order's status says about its checkout. Orders are facts: they may also re-open what had failed.</summary>
public static class CheckoutSyncPolicy
{
    private const string Cause = "Order status";

    public static bool IsPaid(string orderStatus) =>
        orderStatus is OrderStatus.Processing or OrderStatus.Active or OrderStatus.Completed;

    /// <summary>The steps that bring the checkout to where its order is, with the standing after each; none when it is there.</summary>
    /// <param name="recoverAt">When a customer whose payment failed is to be reminded.</param>
    public static IReadOnlyList<(CheckoutState Standing, CheckoutStep Step)> Steps(
        CheckoutState now, string orderStatus, string? holdReason, DateTimeOffset at, DateTimeOffset recoverAt) => orderStatus switch
        {
            OrderStatus.Processing or OrderStatus.Active => Reach(now, CheckoutStage.Fulfillment, at),
            OrderStatus.Completed => Reach(now, CheckoutStage.Completed, at),
            OrderStatus.Canceled => now.IsOver ? [] : [Fail(now, at)],
            OrderStatus.OnHold => now.IsOver ? [] : Hold(now, holdReason, at, recoverAt),
            _ => [],
        };

    private static List<(CheckoutState Standing, CheckoutStep Step)> Reach(
        CheckoutState now, string stage, DateTimeOffset at)
    {
        var steps = new List<(CheckoutState, CheckoutStep)>();
        var standing = now;
        if (now.Status == CheckoutStatus.Failed
            || CheckoutStage.Position(now.Stage) > CheckoutStage.Position(stage))
        {
            // Paid after all, or work taken up again: the order says so.
            var from = CheckoutStage.Position(now.Stage) > CheckoutStage.Position(stage) ? stage : now.Stage;
            standing = now with { Stage = from, Status = CheckoutStatus.InProgress, FailedAt = null, CompletedAt = null };
            steps.Add((standing, new(from, CheckoutStatus.InProgress, $"{Cause}: taken up again")));
        }

        while (CheckoutStage.Position(standing.Stage) < CheckoutStage.Position(stage))
        {
            var left = standing.Stage;
            var moved = (CheckoutVerdict.Moved)CheckoutPolicy.Decide(standing, left, CheckoutStatus.Completed, null, at);
            standing = moved.Next;
            steps.Add((standing, new(left, CheckoutStatus.Completed, $"{Cause}: {left} is behind")));
        }

        if (standing is { Stage: CheckoutStage.Fulfillment } and not { Status: CheckoutStatus.InProgress })
        {
            standing = standing with
            {
                Status = CheckoutStatus.InProgress,
                StartedAt = standing.StartedAt ?? at,
                NextActionAt = null,
            };
            steps.Add((standing, new(CheckoutStage.Fulfillment, CheckoutStatus.InProgress, $"{Cause}: work is under way")));
        }

        return steps;
    }

    private static (CheckoutState Standing, CheckoutStep Step) Fail(CheckoutState now, DateTimeOffset at) => (
        now with { Status = CheckoutStatus.Failed, FailedAt = at, NextActionAt = null },
        new(now.Stage, CheckoutStatus.Failed, $"{Cause}: canceled"));

    /// <summary>A payment that failed is something the customer can mend; every other hold is ours to lift.</summary>
    private static List<(CheckoutState Standing, CheckoutStep Step)> Hold(
        CheckoutState now, string? holdReason, DateTimeOffset at, DateTimeOffset recoverAt)
    {
        DateTimeOffset? next = holdReason == HoldReason.Payment && now.Stage == CheckoutStage.Payment ? recoverAt : null;
        var verdict = CheckoutPolicy.Decide(now, now.Stage, CheckoutStatus.Waiting, next, at);
        return verdict is CheckoutVerdict.Moved moved
            ? [(moved.Next, new(now.Stage, CheckoutStatus.Waiting, $"{Cause}: on hold ({holdReason ?? "unknown"})"))]
            : [];
    }
}
