using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Input;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Fulfillment;

public sealed record WorkerBusy()
    : Conflict("fulfillment.worker_busy", "A run of the worker is in progress; it runs every due task.");

/// <summary>The worker as a job, started by timer, operators and the command line.</summary>
public sealed class FulfillmentJob(
    FulfillmentWorker worker,
    FulfillmentCounters counters,
    IOptionsMonitor<FulfillmentOptions> options,
    TimeProvider clock,
    ILogger<FulfillmentJob> logger) : IJob
{
    public const string Id = "fulfillment-worker";

    public JobDefinition Definition { get; } = new(Id, "Runs due fulfillment tasks.")
    {
        Lease = TimeSpan.FromSeconds(45),
    };

    public bool IsEnabled => options.CurrentValue.WorkerEnabled;

    // A little less than the interval, so that a tick that is slightly early is not lost.
    public TimeSpan Spacing => TimeSpan.FromSeconds(options.CurrentValue.PollIntervalSeconds) - TimeSpan.FromMilliseconds(500);

    public async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        try
        {
            var report = await worker.RunAsync($"{run.Id:N}-{run.Attempt}", cancellationToken);
            // Tasks were given back because the app is stopping: the job runner must see the cancellation.
            cancellationToken.ThrowIfCancellationRequested();
            if (report is { Processed: > 0, Failed: 0 })
            {
                counters.ClearError();
            }

            return Summary(report);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            var problem = Redaction.Redact(exception.Message);
            counters.CountLoopError(problem, clock.GetUtcNow());
            FulfillmentLog.LoopFailed(logger, problem, exception);
            throw;
        }
    }

    private static JobReport Summary(WorkerReport report) => JobReport.Of(
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

/// <summary>Logs at startup, and when the setting changes, whether this process runs the worker.</summary>
internal sealed class WorkerStateLogger(IOptionsMonitor<FulfillmentOptions> options, ILogger<WorkerStateLogger> logger)
    : IHostedService, IDisposable
{
    private IDisposable? _subscription;
    private bool? _logged;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        LogState(options.CurrentValue);
        _subscription = options.OnChange(LogState);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _subscription?.Dispose();

    private void LogState(FulfillmentOptions settings)
    {
        if (_logged == settings.WorkerEnabled)
        {
            return;
        }

        _logged = settings.WorkerEnabled;
        if (settings.WorkerEnabled)
        {
            FulfillmentLog.WorkerEnabled(logger, settings.PollIntervalSeconds, settings.BatchSize);
        }
        else
        {
            FulfillmentLog.WorkerDisabled(logger, "FULFILLMENT_WORKER_ENABLED is false");
        }
    }
}
