namespace Smplat.Core.Fulfillment;

/// <summary>When something last failed, and how.</summary>
public sealed record FailureFact(DateTimeOffset At, string Message);

/// <summary>The retry that was planned last.</summary>
public sealed record RetryFact(DateTimeOffset ScheduledAt, double DelaySeconds);

/// <summary>The task that was given up last.</summary>
public sealed record DeadLetterFact(DateTimeOffset At, string TaskType, Guid TaskId, Guid OrderItemId);
