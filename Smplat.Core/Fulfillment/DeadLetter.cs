namespace Smplat.Core.Fulfillment;

/// <summary>A task that was given up.</summary>
public sealed record DeadLetter
{
    public required Guid TaskId { get; init; }

    public required string TaskType { get; init; }

    public required string Title { get; init; }

    public required Guid OrderItemId { get; init; }

    public required Guid OrderId { get; init; }

    public required string OrderNumber { get; init; }

    public required string OrderStatus { get; init; }

    public string? ErrorMessage { get; init; }

    public int RetryCount { get; init; }

    public int MaxRetries { get; init; }

    public int Attempt { get; init; }

    public int Rescues { get; init; }

    public int Replays { get; init; }

    public DateTimeOffset? FailedAt { get; init; }

    public DateTimeOffset? ScheduledAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>One failed attempt of a task.</summary>
public sealed record FailedAttempt
{
    public int Attempt { get; init; }

    /// <summary><c>retry</c>, <c>dead_letter</c> or <c>rescue</c>.</summary>
    public required string Outcome { get; init; }

    public bool IsPermanent { get; init; }

    public required string Error { get; init; }

    public DateTimeOffset? RetryAt { get; init; }

    public DateTimeOffset FailedAt { get; init; }
}

/// <summary>What an operator did to a task.</summary>
public sealed record OperatorAction
{
    /// <summary><c>replay</c> or <c>discard</c>.</summary>
    public required string Action { get; init; }

    public required string Actor { get; init; }

    public required string Reason { get; init; }

    public string? ErrorBefore { get; init; }

    public int RetryCountBefore { get; init; }

    public DateTimeOffset ActedAt { get; init; }
}

/// <summary>A dead letter with everything that is known about how it came to be one.</summary>
public sealed record DeadLetterFile(
    DeadLetter Task, IReadOnlyList<FailedAttempt> Attempts, IReadOnlyList<OperatorAction> Actions);
