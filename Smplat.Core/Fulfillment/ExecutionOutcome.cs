namespace Smplat.Core.Fulfillment;

/// <summary>How an attempt at a task ended.</summary>
public abstract record ExecutionOutcome
{
    private ExecutionOutcome()
    {
    }

    /// <param name="Result">JSON object, redacted and capped.</param>
    public sealed record Succeeded(string Result) : ExecutionOutcome;

    /// <param name="Error">For operators: redacted and capped.</param>
    /// <param name="IsPermanent">Trying again cannot help.</param>
    /// <param name="RetryAfter">What the provider asked for.</param>
    public sealed record Failed(string Error, bool IsPermanent = false, TimeSpan? RetryAfter = null) : ExecutionOutcome;

    /// <summary>No attempt was made: the host is left alone for now. Costs the task time, and no retry.</summary>
    public sealed record Postponed(string Why, TimeSpan Wait) : ExecutionOutcome;
}
