namespace Smplat.Core.Fulfillment;

/// <summary>A service of an outside provider, as registered.</summary>
public sealed record ServiceListing
{
    public required string ServiceId { get; init; }

    public required string ServiceName { get; init; }

    public required string Action { get; init; }

    public string? DefaultCurrency { get; init; }

    public required string ServiceMetadata { get; init; }

    public required string ProviderId { get; init; }

    public required string ProviderName { get; init; }

    /// <summary>JSON object; may hold <c>automation.endpoints.order</c>.</summary>
    public required string ProviderMetadata { get; init; }
}
