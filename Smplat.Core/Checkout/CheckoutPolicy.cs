namespace Smplat.Core.Checkout;

/// <summary>The transition table of a checkout. Only the current stage changes, stages only move forward, and an ended checkout stays ended.</summary>
internal static class CheckoutPolicy
{
    /// <summary>The statuses that the current stage can take next. Reporting the same status again is a repetition, not a transition.</summary>
    private static readonly Dictionary<string, string[]> Moves = new()
    {
        [CheckoutStatus.NotStarted] =
            [CheckoutStatus.InProgress, CheckoutStatus.Waiting, CheckoutStatus.Completed, CheckoutStatus.Failed],
        [CheckoutStatus.InProgress] = [CheckoutStatus.Waiting, CheckoutStatus.Completed, CheckoutStatus.Failed],
        [CheckoutStatus.Waiting] = [CheckoutStatus.InProgress, CheckoutStatus.Completed, CheckoutStatus.Failed],
        [CheckoutStatus.Completed] = [],
        [CheckoutStatus.Failed] = [],
    };

    /// <param name="nextActionAt">For <c>waiting</c>: when the sweep should act on it; null means never.</param>
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

    /// <summary>The same status again, or the completion of an earlier stage.</summary>
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

    /// <summary>Begins the next stage; after the last stage the checkout is completed.</summary>
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

/// <summary>The state of a checkout on which transitions are decided.</summary>
public sealed record CheckoutState(string Stage, string Status)
{
    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    public DateTimeOffset? FailedAt { get; init; }

    public DateTimeOffset? NextActionAt { get; init; }

    /// <summary>No further transition is possible, except that the order reopens the checkout.</summary>
    public bool IsOver => Status == CheckoutStatus.Failed || Stage == CheckoutStage.Completed;
}

/// <summary>The decision about an update.</summary>
internal abstract record CheckoutVerdict
{
    private CheckoutVerdict()
    {
    }

    public sealed record Moved(CheckoutState Next) : CheckoutVerdict;

    /// <summary>The checkout has that state already; nothing is written.</summary>
    public sealed record Same : CheckoutVerdict;

    public sealed record Illegal : CheckoutVerdict;
}

/// <summary>Labels of <c>checkout_orchestrations.current_stage</c>, in order.</summary>
internal static class CheckoutStage
{
    public const string Payment = "payment";
    public const string Verification = "verification";
    public const string LoyaltyHold = "loyalty_hold";
    public const string Fulfillment = "fulfillment";
    public const string Completed = "completed";

    public static readonly string[] All = [Payment, Verification, LoyaltyHold, Fulfillment, Completed];

    public static int Position(string stage) => Array.IndexOf(All, stage);

    /// <summary>The stage after this one; the last one stays.</summary>
    public static string Next(string stage) => All[Math.Min(Position(stage) + 1, All.Length - 1)];
}

/// <summary>Labels of <c>checkout_orchestrations.stage_status</c>.</summary>
internal static class CheckoutStatus
{
    public const string NotStarted = "not_started";
    public const string InProgress = "in_progress";
    public const string Waiting = "waiting";
    public const string Completed = "completed";
    public const string Failed = "failed";

    public static readonly string[] All = [NotStarted, InProgress, Waiting, Completed, Failed];
}
