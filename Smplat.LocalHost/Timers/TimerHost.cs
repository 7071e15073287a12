using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Smplat.LocalHost.Configuration;
using Smplat.LocalHost.Invocation;

namespace Smplat.LocalHost.Timers;

/// <summary>Starts the timer functions with the app and stops them before the app's own hosted services.</summary>
internal sealed class TimerHost(
    FunctionCatalog catalog, FunctionRunner runner, FunctionSwitches switches, IConfiguration configuration,
    IHostApplicationLifetime lifetime, TimeProvider clock, ILoggerFactory loggers) : IHostedService
{
    private readonly ILogger _logger = loggers.CreateLogger("Host.Timers");
    private Task _loops = Task.CompletedTask;

    /// <summary>The timer functions, once the host has started.</summary>
    public IReadOnlyList<TimerPlan> Plans { get; private set; } = [];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var settings = new HostSettings(configuration);
        Plans = [.. catalog.Timers.Select(function => TimerPlan.For(function, configuration))];
        foreach (var plan in Plans.Where(plan => plan.Problem is not null))
        {
            TimerLog.NotStarted(_logger, plan.Function.Name, plan.Problem!);
        }

        if (settings.HasTimers)
        {
            var folder = Path.Combine(settings.Folder, "timers");
            var zone = settings.TimeZone;
            _loops = Task.WhenAll(Plans.Where(plan => plan.Schedule is not null)
                .Select(plan => new TimerLoop(plan, folder, zone, runner, switches, clock, _logger))
                .Select(loop => Task.Run(() => loop.RunAsync(lifetime.ApplicationStopping), CancellationToken.None)));
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(_loops, runner.ManualRuns).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            TimerLog.StillRunning(_logger);
        }
    }
}
