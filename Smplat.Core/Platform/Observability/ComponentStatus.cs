namespace Smplat.Core.Platform.Observability;

/// <summary>Verdict on one component. The order is that of severity.</summary>
public enum ComponentStatus
{
    Disabled,
    Ready,
    Starting,
    Degraded,
    Error,
}
