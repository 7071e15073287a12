using Smplat.Core.Platform.Input;

namespace Smplat.Core.Fulfillment;

/// <summary>What became of an operator's decision on a dead letter.</summary>
public abstract record DeadLetterOutcome
{
    private DeadLetterOutcome()
    {
    }

    /// <param name="Status">Of the task now: <c>pending</c> or <c>cancelled</c>.</param>
    /// <param name="Held">The task waits until its order goes on, for example because another dead letter holds it.</param>
    public sealed record Done(Guid TaskId, string Status, string OrderStatus, bool Held) : DeadLetterOutcome;

    public sealed record Refused(Refusal Refusal) : DeadLetterOutcome;
}
