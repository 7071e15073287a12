using Smplat.Core.Platform.Input;

namespace Smplat.Core.Onboarding;

/// <summary>Which journeys operators want to see; all conditions hold together, and all before the limit.</summary>
public sealed record ListJourneys(
    IReadOnlyList<string> Statuses,
    bool? Stalled,
    bool? Referrals,
    string? Search,
    string? ExperimentSlug,
    string? ExperimentVariant,
    int Limit)
{
    public static ListJourneys Read(Fields fields)
    {
        var statuses = fields.Texts("status", 10, 32);
        fields.Describe("status", values: JourneyStatus.All);
        foreach (var unknown in statuses.Except(JourneyStatus.All))
        {
            fields.Error("status", $"One of {string.Join(", ", JourneyStatus.All)} is expected, not {unknown}.", "enum");
        }

        return new ListJourneys(
            statuses,
            fields.Flag("stalled"),
            fields.Flag("referrals"),
            fields.Text("search", max: 255),
            fields.Text("experimentSlug", max: 255),
            fields.Text("experimentVariant", max: 255),
            fields.Integer("limit", 1, 200) ?? 50);
    }
}
