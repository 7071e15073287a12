namespace Smplat.Core.Platform.Observability;

/// <summary>The verdict over all components: <c>ready</c>, <c>degraded</c> or <c>error</c>.</summary>
public sealed record ReadinessReport(ComponentStatus Status, IReadOnlyDictionary<string, ComponentState> Components)
{
    public static ReadinessReport Of(IReadOnlyDictionary<string, ComponentState> components)
    {
        var worst = components.Values.Select(state => state.Status).DefaultIfEmpty(ComponentStatus.Ready).Max();
        return new(RollUp(worst), components);
    }

    // A disabled component never lowers the verdict; one that still starts degrades it.
    private static ComponentStatus RollUp(ComponentStatus worst) => worst switch
    {
        ComponentStatus.Error => ComponentStatus.Error,
        ComponentStatus.Degraded or ComponentStatus.Starting => ComponentStatus.Degraded,
        _ => ComponentStatus.Ready,
    };
}
