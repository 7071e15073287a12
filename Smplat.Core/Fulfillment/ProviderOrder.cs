namespace Smplat.Core.Fulfillment;

/// <summary>What is ordered from a provider for an item.</summary>
public sealed record ProviderOrder
{
    public required Guid Id { get; init; }

    public required Guid OrderId { get; init; }

    public required Guid OrderItemId { get; init; }

    public required string ProviderId { get; init; }

    public string? ProviderName { get; init; }

    public required string ServiceId { get; init; }

    public string? ServiceAction { get; init; }

    public decimal? Amount { get; init; }

    public string? Currency { get; init; }

    /// <summary>JSON object.</summary>
    public required string Payload { get; init; }
}
