using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Core.Operators;

/// <summary>Sums the routing log by the hour, so that the dashboards of a month read hours and not log lines.</summary>
public sealed class CommerceHoursJob(HourlyTotalsStore store, IOptionsMonitor<HourlyTotalsOptions> options, TimeProvider clock) : IJob
{
    public const string Id = "commerce-hours";

    private const int KeptDays = 400;

    /// <summary>The dashboards look back 30 days, from the start of a day.</summary>
    private static readonly TimeSpan LookBack = TimeSpan.FromDays(32);

    /// <summary>Log lines are written within seconds. An hour is summed only this long after its end.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromMinutes(10);

    /// <summary>Hours that are summed again in every run, in case log lines waited for the database even longer.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromHours(2);

    private static readonly TimeSpan Stride = TimeSpan.FromHours(24);

    public JobDefinition Definition { get; } = new(Id, "Sums the routing log by the hour for the dashboards of the operators' page.")
    {
        MaxAttempts = 2,
        Lease = TimeSpan.FromMinutes(3),
    };

    public bool IsEnabled => options.CurrentValue.IsEnabled;

    public TimeSpan Spacing => TimeSpan.FromMinutes(5);

    public async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var ended = Hour(now - Settling);
        var (summedUntil, hours) = await store.SumAsync(Again, Stride, Hour(now - LookBack), ended, cancellationToken);
        var sum = hours;
        while (summedUntil < ended && !cancellationToken.IsCancellationRequested)
        {
            (summedUntil, hours) = await store.SumAsync(TimeSpan.Zero, Stride, Hour(now - LookBack), ended, cancellationToken);
            sum += hours;
        }

        await store.TrimAsync(now.AddDays(-KeptDays), cancellationToken);
        return JobReport.Of(sum > Again.TotalHours, ("hours", sum), ("summed_until", summedUntil));
    }

    private static DateTimeOffset Hour(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);
}
