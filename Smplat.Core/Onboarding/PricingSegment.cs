using System.Text.Json;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Onboarding;

/// <summary>The variant of a pricing experiment that a client was shown.</summary>
public sealed record PricingSegment
{
    public required string Slug { get; init; }

    public required string VariantKey { get; init; }

    public string? VariantName { get; init; }

    public bool? IsControl { get; init; }

    public string? AssignmentStrategy { get; init; }

    public string? Status { get; init; }

    public string? FeatureFlagKey { get; init; }

    public static PricingSegment Read(Fields fields)
    {
        fields.Called(nameof(PricingSegment));
        return new()
        {
            Slug = NotBlank(fields, "slug", fields.RequiredText("slug", max: 255)),
            VariantKey = NotBlank(fields, "variantKey", fields.RequiredText("variantKey", max: 255, also: "variant_key")),
            VariantName = fields.Text("variantName", max: 255, also: "variant_name"),
            IsControl = fields.Flag("isControl", also: "is_control"),
            AssignmentStrategy = fields.Text("assignmentStrategy", max: 255, also: "assignment_strategy"),
            Status = fields.Text("status", max: 64),
            FeatureFlagKey = fields.Text("featureFlagKey", max: 255, also: "feature_flag_key"),
        };
    }

    private static string NotBlank(Fields fields, string name, string text)
    {
        fields.Describe(name, pattern: @"\S");
        if (text.Length > 0 && string.IsNullOrWhiteSpace(text))
        {
            fields.Error(name, "A value is required.", "string_too_short");
        }

        return text.Trim();
    }

    /// <summary>The list as an event keeps it: later entries of the same variant win.</summary>
    public static string ToMetadata(IEnumerable<PricingSegment> segments) =>
        JsonSerializer.Serialize(new { experiments = segments }, JourneyJson.Snake);
}
