using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Resilience;

namespace Smplat.Core.Digests;

/// <summary>Looks every hour for people whose digest is due in their own week.</summary>
public sealed class WeeklyDigestJob(WeeklyDigest digest, IOptionsMonitor<WeeklyDigestOptions> options) : IJob
{
    public const string Id = "weekly-digest";

    public JobDefinition Definition { get; } = new(Id, "Sends weekly digests to the people who want them.")
    {
        MaxAttempts = 3,
        Backoff = new(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10)) { Jitter = Jitter.UpTo(TimeSpan.FromSeconds(10)) },
    };

    public bool IsEnabled => options.CurrentValue.IsEnabled;

    public TimeSpan Spacing => TimeSpan.FromMinutes(30);

    public async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var byHand = run.TriggeredBy != JobRun.Timer;
        var report = await digest.RunAsync(byHand, options.CurrentValue.IsDryRun, cancellationToken);
        return JobReport.Of(
            report.Readers > 0 || report.OperatorDigest,
            ("readers", report.Readers),
            ("enqueued", report.Enqueued),
            ("empty", report.Empty),
            ("operator_digest", report.OperatorDigest),
            ("dry_run", report.IsDryRun));
    }
}
