using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Resilience;

namespace Smplat.Core.Onboarding;

/// <summary>Reminds clients of open tasks, every two hours.</summary>
internal sealed class OnboardingNudgesJob(NudgeRun nudges, IOptionsMonitor<OnboardingOptions> options) : IJob
{
    public JobDefinition Definition { get; } = new("onboarding-nudges", "Reminds clients of open onboarding tasks.")
    {
        MaxAttempts = 3,
        Parameters = [new(JobParameter.IdleHours, 1, 8_760), new(JobParameter.Limit, 1, 10_000)],
    };

    public bool IsEnabled => options.CurrentValue.NudgesEnabled;

    public TimeSpan Spacing => TimeSpan.FromMinutes(30);

    public async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        var triggeredBy = run.TriggeredBy == JobRun.Timer ? NudgeCommand.Automation : run.TriggeredBy;
        var report = await nudges.RunAsync(
            new(
                TimeSpan.FromHours(run.Argument(JobParameter.IdleHours) ?? settings.IdleHours),
                run.Argument(JobParameter.Limit) ?? settings.NudgeLimit,
                false,
                triggeredBy),
            cancellationToken);
        return JobReport.Of(
            report.Due.Count > 0,
            ("journeys", report.Journeys),
            ("tasks", report.Due.Count),
            ("messages", report.Messages),
            ("skipped", report.Skipped));
    }
}

/// <summary>Marks journeys as stalled whose order was never paid and whose checklist is untouched.</summary>
internal sealed class StalledJourneysJob(
    JourneyStore journeys, IOptionsMonitor<OnboardingOptions> options, TimeProvider clock) : IJob
{
    private const int BatchSize = 500;

    public JobDefinition Definition { get; } = new("onboarding-stalled", "Marks untouched journeys of unpaid orders as stalled.") { MaxAttempts = 3 };

    public bool IsEnabled => options.CurrentValue.StalledEnabled;

    public TimeSpan Spacing => TimeSpan.FromMinutes(10);

    public async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var before = now - TimeSpan.FromHours(options.CurrentValue.StalledHours);
        var marked = 0;
        int batch;
        do
        {
            batch = await journeys.MarkStalledAsync(before, now, BatchSize, cancellationToken);
            marked += batch;
        }
        while (batch == BatchSize);

        return JobReport.Of(marked > 0, ("stalled", marked));
    }
}

/// <summary>Clears the free text of old interactions; their dates, channels and summaries are kept.</summary>
internal sealed class OnboardingRetentionJob(
    JourneyHistoryStore history, IOptionsMonitor<OnboardingOptions> options, TimeProvider clock) : IJob
{
    private const int Batch = 5_000;

    public JobDefinition Definition { get; } = new("onboarding-retention", "Clears the free text of old onboarding interactions.")
    {
        MaxAttempts = 5,
        Backoff = new(TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(30)) { Jitter = Jitter.UpTo(TimeSpan.FromSeconds(1)) },
    };

    /// <summary>Always on: the retention period is a promise to clients.</summary>
    public bool IsEnabled => true;

    public TimeSpan Spacing => TimeSpan.FromHours(1);

    public async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow().AddDays(-options.CurrentValue.DetailsDays);
        var (cleared, count) = (0, Batch);
        while (count == Batch)
        {
            count = await history.ForgetDetailsAsync(before, Batch, cancellationToken);
            cleared += count;
        }

        return JobReport.Of(cleared > 0, ("details_cleared", cleared));
    }
}
