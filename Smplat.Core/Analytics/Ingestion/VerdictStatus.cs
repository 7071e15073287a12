namespace Smplat.Core.Analytics.Ingestion;

/// <summary>Accepted and duplicate both mean that the event is stored once.</summary>
public enum VerdictStatus
{
    Accepted,
    Duplicate,
    Rejected,
}
