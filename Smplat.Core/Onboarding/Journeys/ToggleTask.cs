using Smplat.Core.Input;

namespace Smplat.Core.Onboarding.Journeys;

/// <summary>Ticks a task off, or back.</summary>
/// <param name="Actor">One of <see cref="Journeys.Actor"/>; clients unless told otherwise.</param>
public sealed record ToggleTask(bool Completed, string Actor)
{
    public static ToggleTask Read(Fields fields) => new(
        fields.RequiredFlag("completed"),
        fields.Label("actor", Journeys.Actor.All) ?? Journeys.Actor.Client);
}
