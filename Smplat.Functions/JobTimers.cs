using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using NCrontab;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Functions;

/// <summary>The job that a timer function runs.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RunsJobAttribute(string jobId) : Attribute
{
    public string JobId { get; } = jobId;
}

/// <summary>The timers of <see cref="Timers"/> by job, with their schedules and what keeps them from firing.</summary>
public sealed class JobTimers(IConfiguration configuration) : IJobTimers
{
    private static readonly FrozenDictionary<string, (string Function, string Schedule)> All = (
        from method in typeof(Timers).GetMethods()
        let job = method.GetCustomAttribute<RunsJobAttribute>()
        where job is not null
        let schedule = method.GetParameters().Select(parameter => parameter.GetCustomAttribute<TimerTriggerAttribute>()).First(timer => timer is not null)!
        select (job.JobId, Timer: (method.GetCustomAttribute<FunctionAttribute>()!.Name, schedule.Schedule.Trim('%'))))
        .ToFrozenDictionary(entry => entry.JobId, entry => entry.Timer);

    public JobTimer? Find(string jobId)
    {
        if (!All.TryGetValue(jobId, out var timer))
        {
            return null;
        }

        var schedule = Parse(configuration[timer.Schedule]);
        var zone = configuration["WEBSITE_TIME_ZONE"] is { } id && TimeZoneInfo.TryFindSystemTimeZoneById(id, out var found) ? found : TimeZoneInfo.Utc;
        return new(
            timer.Function,
            ObstacleOf(timer, schedule),
            moment => schedule is not null ? Next(schedule, moment, zone) : moment + Interval(configuration[timer.Schedule]).GetValueOrDefault())
        {
            Schedule = configuration[timer.Schedule],
            Setting = timer.Schedule,
        };
    }

    private string? ObstacleOf((string Function, string Schedule) timer, CrontabSchedule? schedule)
    {
        var disabled = new[] { $"AzureWebJobs.{timer.Function}.Disabled", $"AzureWebJobs:{timer.Function}:Disabled" }
            .FirstOrDefault(name => configuration[name] is "1" || (bool.TryParse(configuration[name], out var isOff) && isOff));
        return disabled is not null ? $"{disabled.Replace(":", "__", StringComparison.Ordinal)} turns it off."
            : string.IsNullOrWhiteSpace(configuration[timer.Schedule]) ? $"the setting {timer.Schedule} of its schedule is missing."
            : schedule is null && Interval(configuration[timer.Schedule]) is null ? $"{timer.Schedule} is not a schedule."
            : null;
    }

    private static TimeSpan? Interval(string? text) =>
        TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var interval) && interval > TimeSpan.Zero ? interval : null;

    private static CrontabSchedule? Parse(string? text)
    {
        var hasSeconds = text?.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length == 6;
        return text is null ? null : CrontabSchedule.TryParse(text.Trim(), new() { IncludingSeconds = hasSeconds });
    }

    /// <summary>An hour that a clock change skips or repeats is off by that hour.</summary>
    private static DateTimeOffset Next(CrontabSchedule schedule, DateTimeOffset moment, TimeZoneInfo zone)
    {
        var next = schedule.GetNextOccurrence(TimeZoneInfo.ConvertTime(moment, zone).DateTime);
        return new DateTimeOffset(next, zone.GetUtcOffset(next)).ToUniversalTime();
    }
}
