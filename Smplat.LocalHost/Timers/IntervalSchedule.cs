namespace Smplat.LocalHost.Timers;

/// <summary>Due a fixed time after the last run, whatever the clock on the wall says.</summary>
public sealed class IntervalSchedule(TimeSpan interval) : TimerSchedule
{
    public override DateTimeOffset? NextAfter(DateTimeOffset moment) => moment + interval;
}
