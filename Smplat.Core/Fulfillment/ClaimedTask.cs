namespace Smplat.Core.Fulfillment;

/// <summary>A task that this worker holds for one attempt.</summary>
public sealed record ClaimedTask
{
    public required Guid Id { get; init; }

    public required Guid OrderItemId { get; init; }

    public required string TaskType { get; init; }

    public required string Title { get; init; }

    /// <summary>JSON object; null when there is none.</summary>
    public string? Payload { get; init; }

    public int RetryCount { get; init; }

    public int MaxRetries { get; init; }

    /// <summary>Counts claims; fences every later write of this attempt.</summary>
    public int Attempt { get; init; }

    public string? Traceparent { get; init; }

    public DateTimeOffset ScheduledAt { get; init; }

    /// <summary>This attempt and no other.</summary>
    public (Guid Id, int Attempt) Key => (Id, Attempt);
}
