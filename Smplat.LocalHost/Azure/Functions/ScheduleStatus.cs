namespace Microsoft.Azure.Functions.Worker;

/// <summary>Occurrences of a monitored timer, in host time.</summary>
public class ScheduleStatus
{
    public DateTime Last { get; set; }

    public DateTime Next { get; set; }

    public DateTime LastUpdated { get; set; }
}
