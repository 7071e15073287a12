using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Core.Billing;

/// <summary>Runs the hosted recovery at its interval.</summary>
public sealed class HostedRecoveryJob(HostedRecovery recovery, IOptionsMonitor<HostedRecoveryOptions> options) : IJob
{
    public const string Id = "hosted-session-recovery";

    public JobDefinition Definition { get; } = new(Id, "Recovers hosted payment sessions that were not completed.");

    public bool IsEnabled => options.CurrentValue.IsEnabled;

    public TimeSpan Spacing => TimeSpan.FromSeconds(options.CurrentValue.IntervalSeconds);

    public async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var label = run.TriggeredBy == JobRun.Timer ? options.CurrentValue.TriggerLabel : run.TriggeredBy;
        var report = await recovery.RunAsync(label, null, null, cancellationToken);
        var done = report.Scheduled + report.Expired + report.Abandoned + report.Exhausted + report.Regenerated + report.Failed;
        return JobReport.Of(
            done > 0,
            ("scheduled", report.Scheduled),
            ("notified", report.Notified),
            ("expired", report.Expired),
            ("abandoned", report.Abandoned),
            ("exhausted", report.Exhausted),
            ("regenerated", report.Regenerated),
            ("failed", report.Failed));
    }
}
