namespace Smplat.Core.Platform.Observability;

/// <summary>What readiness says about one component.</summary>
/// <param name="Detail">Why it is not ready, or what operators should know although it is; no secrets.</param>
public sealed record ComponentState(
    ComponentStatus Status,
    string? Detail = null,
    DateTimeOffset? LastErrorAt = null,
    DateTimeOffset? LastSuccessAt = null)
{
    public static ComponentState Disabled { get; } = new(ComponentStatus.Disabled);

    public static ComponentState Ready { get; } = new(ComponentStatus.Ready);
}
