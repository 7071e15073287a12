using Smplat.Core.Platform.Input;

namespace Smplat.Core.Onboarding;

/// <summary>Ticks a task off, or back.</summary>
/// <param name="Actor">One of <see cref="Onboarding.Actor"/>; clients unless told otherwise.</param>
public sealed record ToggleTask(bool Completed, string Actor)
{
    public static ToggleTask Read(Fields fields) => new(
        fields.RequiredFlag("completed"),
        fields.Label("actor", Smplat.Core.Onboarding.Actor.All) ?? Smplat.Core.Onboarding.Actor.Client);
}
