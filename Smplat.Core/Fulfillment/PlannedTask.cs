namespace Smplat.Core.Fulfillment;

/// <summary>A task that an order item becomes.</summary>
public sealed record PlannedTask
{
    public required Guid Id { get; init; }

    public required Guid OrderItemId { get; init; }

    /// <summary>Place in the item's plan; makes creating twice harmless.</summary>
    public required int Ordinal { get; init; }

    public required string TaskType { get; init; }

    public required string Title { get; init; }

    public string? Description { get; init; }

    /// <summary>JSON object.</summary>
    public required string Payload { get; init; }

    public int MaxRetries { get; init; } = 3;

    public required DateTimeOffset ScheduledAt { get; init; }

    public required DateTimeOffset DueAt { get; init; }

    public string? Traceparent { get; init; }
}
