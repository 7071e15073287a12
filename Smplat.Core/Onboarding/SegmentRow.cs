using System.Text.Json.Serialization;

namespace Smplat.Core.Onboarding;

/// <summary>The newest assignment of a variant.</summary>
public sealed record SegmentRow
{
    [JsonIgnore]
    public Guid JourneyId { get; init; }

    public required string Slug { get; init; }

    public required string VariantKey { get; init; }

    public string? VariantName { get; init; }

    public bool? IsControl { get; init; }

    public string? AssignmentStrategy { get; init; }

    public string? Status { get; init; }

    public string? FeatureFlagKey { get; init; }

    public DateTimeOffset RecordedAt { get; init; }
}
