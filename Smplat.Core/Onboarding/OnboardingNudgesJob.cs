using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Core.Onboarding;

/// <summary>Reminds clients of open tasks, every two hours.</summary>
public sealed class OnboardingNudgesJob(NudgeRun round, IOptionsMonitor<OnboardingOptions> options) : IJob
{
    public JobDefinition Definition { get; } = new("onboarding-nudges", "Reminds clients of open onboarding tasks.") { MaxAttempts = 3 };

    public bool IsEnabled => options.CurrentValue.NudgesEnabled;

    public TimeSpan Spacing => TimeSpan.FromMinutes(30);

    public async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        var triggeredBy = run.TriggeredBy == JobRun.Timer ? NudgeCommand.Automation : run.TriggeredBy;
        var report = await round.RunAsync(
            new(TimeSpan.FromHours(settings.IdleHours), settings.NudgeLimit, false, triggeredBy), cancellationToken);
        return JobReport.Of(
            report.Due.Count > 0,
            ("journeys", report.Journeys),
            ("tasks", report.Due.Count),
            ("messages", report.Messages),
            ("skipped", report.Skipped));
    }
}
