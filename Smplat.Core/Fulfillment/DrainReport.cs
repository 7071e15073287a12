namespace Smplat.Core.Fulfillment;

/// <summary>What one run of the worker did.</summary>
/// <param name="Late">Results that came after the lease was lost and were dropped.</param>
public sealed record DrainReport(
    int Claimed, int Processed, int Retried, int DeadLettered, int Rescued, int GivenBack, int Late)
{
    /// <summary>Tasks whose host was left alone; no attempt was made.</summary>
    public int Postponed { get; init; }

    /// <summary>Failed attempts.</summary>
    public int Failed => Retried + DeadLettered;
}
