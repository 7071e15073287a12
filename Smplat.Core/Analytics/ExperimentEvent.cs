using System.Text.Json.Serialization;

namespace Smplat.Core.Analytics;

/// <summary>One variant that a client was shown: an entry of an onboarding event, with what is known of the order.</summary>
public sealed record ExperimentEvent
{
    public required Guid EventId { get; init; }

    public required Guid JourneyId { get; init; }

    public required Guid OrderId { get; init; }

    public required string OrderNumber { get; init; }

    public required string Slug { get; init; }

    public required string VariantKey { get; init; }

    public string? VariantName { get; init; }

    public bool? IsControl { get; init; }

    public string? AssignmentStrategy { get; init; }

    public string? Status { get; init; }

    public string? FeatureFlagKey { get; init; }

    public required DateTimeOffset RecordedAt { get; init; }

    public decimal? OrderTotal { get; init; }

    public string? OrderCurrency { get; init; }

    public int? LoyaltyProjectionPoints { get; init; }

    /// <summary>Place of the entry within its event, from 1.</summary>
    [JsonIgnore]
    public int Position { get; init; }
}
