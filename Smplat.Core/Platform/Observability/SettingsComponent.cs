using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Platform.Observability;

/// <summary>Degraded while a changed setting is refused and the last good one is in use.</summary>
public sealed class SettingsComponent(SettingsProblems problems) : IReadinessComponent
{
    public string Name => "settings";

    public Task<ComponentState> CheckAsync(CancellationToken cancellationToken) => Task.FromResult(
        problems.Standing.Count == 0
            ? ComponentState.Ready
            : new ComponentState(ComponentStatus.Degraded, string.Join(" ", problems.Standing.Values)));
}
