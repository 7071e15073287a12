namespace Microsoft.Azure.Functions.Worker;

/// <summary>What a timer function is told about the occurrence that it runs for.</summary>
public class TimerInfo
{
    /// <summary>Null for schedules without a monitor.</summary>
    public ScheduleStatus? ScheduleStatus { get; set; }

    /// <summary>True when the occurrence is made up for after a pause.</summary>
    public bool IsPastDue { get; set; }
}
