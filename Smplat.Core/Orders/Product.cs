namespace Smplat.Core.Orders;

/// <summary>Something that can be ordered.</summary>
public sealed record Product
{
    public required Guid Id { get; init; }

    public required string Slug { get; init; }

    public required string Title { get; init; }

    public string? Description { get; init; }

    public required string Category { get; init; }

    public decimal BasePrice { get; init; }

    public required string Currency { get; init; }

    /// <summary><c>draft</c>, <c>active</c> or <c>archived</c>.</summary>
    public required string Status { get; init; }

    /// <summary>JSON list of channel names.</summary>
    public required string ChannelEligibility { get; init; }

    /// <summary>JSON object with the tasks that an order of it becomes; null takes the standard ones.</summary>
    public string? FulfillmentConfig { get; init; }

    public string? ConfigurationPresets { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}
