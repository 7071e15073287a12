namespace Smplat.Core.Operators;

/// <summary>Where the tasks of the fulfillment queue stand now.</summary>
public sealed record QueueDepth
{
    /// <summary>Ready to be taken by a worker.</summary>
    public required long Due { get; init; }

    /// <summary>Scheduled for later, retries included.</summary>
    public required long Later { get; init; }

    /// <summary>Waiting until their order goes on.</summary>
    public required long Held { get; init; }

    public required long Running { get; init; }

    /// <summary>Running with a lease that has ended: their worker is gone.</summary>
    public required long Orphaned { get; init; }

    public required long DeadLetters { get; init; }

    /// <summary>When the task that is due longest became due; null when none is due.</summary>
    public DateTimeOffset? OldestDueAt { get; init; }
}

/// <summary>Tasks that ended in a stretch of time.</summary>
public sealed record QueueThroughput(DateTimeOffset At, long Completed, long Failed);

/// <param name="Steps">The last hour in steps of five minutes, oldest first, all of them.</param>
public sealed record QueueOverview(QueueDepth Depth, IReadOnlyList<QueueThroughput> Steps);
