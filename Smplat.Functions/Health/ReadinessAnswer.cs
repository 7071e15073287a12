using Smplat.Core.Platform.Observability;

namespace Smplat.Functions.Health;

/// <summary>Verdict over all components.</summary>
/// <param name="Status"><c>ready</c>, <c>degraded</c> or <c>error</c>.</param>
public sealed record ReadinessAnswer(ComponentStatus Status, IReadOnlyDictionary<string, ComponentAnswer> Components)
{
    public static ReadinessAnswer From(ReadinessReport report) => new(
        report.Status,
        report.Components.ToDictionary(
            entry => entry.Key,
            entry => new ComponentAnswer(
                entry.Value.Status, entry.Value.Detail, entry.Value.LastErrorAt, entry.Value.LastSuccessAt)));
}

/// <summary>One component; all four members are always there.</summary>
public sealed record ComponentAnswer(
    ComponentStatus Status, string? Detail, DateTimeOffset? LastErrorAt, DateTimeOffset? LastSuccessAt);
