namespace Smplat.Core.Checkout;

/// <summary>The transition table of a checkout. Only the current stage moves, only forwards, and what is over stays over.</summary>
public static class CheckoutPolicy
{
    /// <summary>Statuses that the current stage may take next. A status that it has already is a repetition, not a move.</summary>
    private static readonly Dictionary<string, string[]> Moves = new()
    {
        [CheckoutStatus.NotStarted] =
            [CheckoutStatus.InProgress, CheckoutStatus.Waiting, CheckoutStatus.Completed, CheckoutStatus.Failed],
        [CheckoutStatus.InProgress] = [CheckoutStatus.Waiting, CheckoutStatus.Completed, CheckoutStatus.Failed],
        [CheckoutStatus.Waiting] = [CheckoutStatus.InProgress, CheckoutStatus.Completed, CheckoutStatus.Failed],
        [CheckoutStatus.Completed] = [],
        [CheckoutStatus.Failed] = [],
    };

    /// <param name="nextActionAt">For <c>waiting</c>: when somebody should look after it; null means never.</param>
    public static CheckoutVerdict Decide(
        CheckoutState now, string stage, string status, DateTimeOffset? nextActionAt, DateTimeOffset at)
    {
        if (IsRepetition(now, stage, status))
        {
            return status == CheckoutStatus.Waiting && nextActionAt != now.NextActionAt
                ? new CheckoutVerdict.Moved(now with { NextActionAt = nextActionAt })
                : new CheckoutVerdict.Same();
        }

        return stage == now.Stage && Moves[now.Status].Contains(status)
            ? new CheckoutVerdict.Moved(Move(now, status, nextActionAt, at))
            : new CheckoutVerdict.Illegal();
    }

    /// <summary>The same word again, or the completion of a stage that lies behind.</summary>
    private static bool IsRepetition(CheckoutState now, string stage, string status) =>
        (stage == now.Stage && status == now.Status)
        || (status == CheckoutStatus.Completed
            && now.Status != CheckoutStatus.Failed
            && CheckoutStage.Position(stage) < CheckoutStage.Position(now.Stage));

    private static CheckoutState Move(CheckoutState now, string status, DateTimeOffset? nextActionAt, DateTimeOffset at) =>
        status switch
        {
            CheckoutStatus.Completed => Complete(now, at),
            CheckoutStatus.Failed => now with { Status = status, FailedAt = at, NextActionAt = null },
            CheckoutStatus.Waiting => now with { Status = status, NextActionAt = nextActionAt },
            _ => now with { Status = status, StartedAt = now.StartedAt ?? at, NextActionAt = null },
        };

    /// <summary>The stage that follows begins; after the last one the checkout is completed.</summary>
    private static CheckoutState Complete(CheckoutState now, DateTimeOffset at)
    {
        var next = CheckoutStage.Next(now.Stage);
        var isEnd = next == CheckoutStage.Completed;
        return now with
        {
            Stage = next,
            Status = isEnd ? CheckoutStatus.Completed : CheckoutStatus.NotStarted,
            StartedAt = now.StartedAt ?? at,
            CompletedAt = isEnd ? now.CompletedAt ?? at : null,
            NextActionAt = null,
        };
    }
}
