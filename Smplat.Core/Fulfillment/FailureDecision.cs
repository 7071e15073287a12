namespace Smplat.Core.Fulfillment;

/// <summary>What follows from a failed attempt.</summary>
public abstract record FailureDecision
{
    private FailureDecision()
    {
    }

    public sealed record Retry(TimeSpan Delay) : FailureDecision;

    public sealed record DeadLetter : FailureDecision;
}
