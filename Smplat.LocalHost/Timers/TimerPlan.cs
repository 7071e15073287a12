using Microsoft.Extensions.Configuration;
using Smplat.LocalHost.Configuration;
using Smplat.LocalHost.Invocation;

namespace Smplat.LocalHost.Timers;

/// <summary>A timer function with its schedule, or with the reason why it does not start.</summary>
internal sealed record TimerPlan(LocalFunction Function, string Text, TimerSchedule? Schedule, string? Problem)
{
    public static TimerPlan For(LocalFunction function, IConfiguration configuration)
    {
        var text = function.Method.Timer!.Schedule;
        try
        {
            text = ScheduleText.Resolve(text, configuration);
            var zone = new HostSettings(configuration).TimeZone;
            return new TimerPlan(function, text, TimerSchedule.Parse(text, zone), null);
        }
        catch (FormatException problem)
        {
            return new TimerPlan(function, text, null, problem.Message);
        }
    }
}
