namespace Smplat.Core.Fulfillment;

/// <summary>An order and the state of its tasks.</summary>
public sealed record OrderTasks
{
    public required Guid OrderId { get; init; }

    public required string OrderStatus { get; init; }

    public long Total { get; init; }

    public long Completed { get; init; }

    public long Failed { get; init; }

    public long InProgress { get; init; }

    public long Items { get; init; }

    public TaskCounts Counts => new(Total, Completed, Failed, InProgress);
}
