namespace Smplat.Tests.Fulfillment;

internal sealed record TaskRow
{
    public Guid Id { get; init; }

    public required string Status { get; init; }

    public required string TaskType { get; init; }

    public required string Title { get; init; }

    public int RetryCount { get; init; }

    public int MaxRetries { get; init; }

    public int Attempt { get; init; }

    public int Rescues { get; init; }

    public string? ErrorMessage { get; init; }

    public string? Result { get; init; }

    public string? Payload { get; init; }

    public DateTimeOffset? ScheduledAt { get; init; }

    public DateTimeOffset? DueAt { get; init; }

    public DateTimeOffset? FirstStartedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    public string? LeaseOwner { get; init; }

    public bool Held { get; init; }
}
