using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Fulfillment;

/// <summary>The worker as a job: timers, operators and the command line start it.</summary>
public sealed class FulfillmentJob(
    FulfillmentDrain drain,
    FulfillmentTally tally,
    IOptionsMonitor<FulfillmentOptions> options,
    TimeProvider clock,
    ILogger<FulfillmentJob> logger) : IJob
{
    public const string Id = "fulfillment-worker";

    public JobDefinition Definition { get; } = new(Id, "Carries out due fulfillment tasks.")
    {
        Lease = TimeSpan.FromSeconds(45),
    };

    public bool IsEnabled => options.CurrentValue.WorkerEnabled;

    // A little less than the interval, so that a tick that comes a moment early is not lost.
    public TimeSpan Spacing => TimeSpan.FromSeconds(options.CurrentValue.PollIntervalSeconds) - TimeSpan.FromMilliseconds(500);

    public async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        try
        {
            var report = await drain.RunAsync($"{run.Id:N}-{run.Attempt}", cancellationToken);
            // What was given back is stopped work: the runner must see the stop.
            cancellationToken.ThrowIfCancellationRequested();
            if (report is { Processed: > 0, Failed: 0 })
            {
                tally.ClearError();
            }

            return Summary(report);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            var problem = Redaction.Redact(exception.Message);
            tally.CountLoopError(problem, clock.GetUtcNow());
            FulfillmentLog.LoopFailed(logger, problem, exception);
            throw;
        }
    }

    private static JobReport Summary(DrainReport report) => JobReport.Of(
        report.Claimed + report.Rescued > 0,
        ("claimed", report.Claimed),
        ("processed", report.Processed),
        ("failed", report.Failed),
        ("retried", report.Retried),
        ("dead_lettered", report.DeadLettered),
        ("rescued", report.Rescued),
        ("given_back", report.GivenBack),
        ("postponed", report.Postponed),
        ("late", report.Late));
}
