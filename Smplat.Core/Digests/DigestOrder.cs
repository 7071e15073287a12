namespace Smplat.Core.Digests;

/// <summary>An order as a client's digest shows it.</summary>
public sealed record DigestOrder
{
    public required string Number { get; init; }

    public required string Status { get; init; }

    public required decimal Total { get; init; }

    public required string Currency { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Titles and quantities, one a line; null for an order without items.</summary>
    public string? Items { get; init; }

    public required long TasksCompleted { get; init; }

    public required long TasksTotal { get; init; }

    public string[] Lines => Items?.Split('\n') ?? [];
}
