using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Smplat.Core.Fulfillment;

/// <summary>Says at the start, and when the switch is turned, whether this process runs the worker.</summary>
public sealed class WorkerNotice(IOptionsMonitor<FulfillmentOptions> options, ILogger<WorkerNotice> logger) : IHostedService, IDisposable
{
    private IDisposable? _subscription;
    private bool? _said;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Say(options.CurrentValue);
        _subscription = options.OnChange(Say);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _subscription?.Dispose();

    private void Say(FulfillmentOptions settings)
    {
        if (_said == settings.WorkerEnabled)
        {
            return;
        }

        _said = settings.WorkerEnabled;
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
