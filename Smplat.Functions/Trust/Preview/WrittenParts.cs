using Smplat.Core.Trust;

namespace Smplat.Functions.Trust.Preview;

/// <summary>What editors wrote, without the figures, so that only a difference in content counts as one.</summary>
internal static class WrittenParts
{
    internal static IEnumerable<object?> Guarantee(ResolvedExperience experience) =>
        [experience.GuaranteeHeadline, experience.GuaranteeDescription];

    internal static IEnumerable<object?> Snapshots(ResolvedExperience experience) => experience.PerformanceSnapshots
        .Select(snapshot => (object)(snapshot.Id, snapshot.Label, snapshot.Caption, snapshot.FallbackValue, snapshot.Metric?.Binding));

    internal static IEnumerable<object?> Assurances(ResolvedExperience experience) => experience.AssurancePoints
        .Select(point => (object)(point.Id, point.Title, point.Description, point.Evidence, point.Metric?.Binding));

    internal static IEnumerable<object?> Timeline(ResolvedExperience experience) =>
        [experience.DeliveryTimeline?.Headline, experience.DeliveryTimeline?.Narrative, experience.DeliveryTimeline?.Metric?.Binding];
}
