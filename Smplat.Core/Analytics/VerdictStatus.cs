namespace Smplat.Core.Analytics;

/// <summary>Accepted and duplicate both mean that the event is stored once.</summary>
public enum VerdictStatus
{
    Accepted,
    Duplicate,
    Rejected,
}
