using Microsoft.Extensions.Hosting;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Platform.Database;

/// <summary>
/// Writes what has accumulated in memory at an interval, once the schema is ready, and a last time when the app stops. After any
/// failure, the unwritten rest is kept for the next attempt and the app goes on: lost metrics are not worth a crash.
/// </summary>
public abstract class WriteBehind(MigrationGate migrations, TimeSpan interval, TimeProvider clock) : BackgroundService
{
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (migrations.IsOpen)
        {
            await TryFlushAsync(cancellationToken);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await migrations.WaitAsync(stoppingToken);
        while (true)
        {
            await Task.Delay(interval, clock, stoppingToken);
            await TryFlushAsync(stoppingToken);
        }
    }

    /// <summary>Writes what has accumulated; on a failure it must keep it for the next attempt and throw.</summary>
    protected abstract Task FlushAsync(CancellationToken cancellationToken);

    /// <summary>Logs that the write failed and will be tried again.</summary>
    /// <param name="problem">Why, without secrets.</param>
    protected abstract void Waits(string problem);

    private async Task TryFlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await FlushAsync(cancellationToken);
        }
        catch (Exception problem) when (problem is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Waits(Redaction.Redact(problem.Message));
        }
    }
}

/// <summary>Flushes a service; <see cref="DatabaseFeature.AddWriteBehind{T}"/> registers it.</summary>
internal sealed class ServiceWriteBehind<T>(
    T service, Func<T, CancellationToken, Task> flush, Action<string> logFailure, MigrationGate migrations, TimeSpan interval, TimeProvider clock)
    : WriteBehind(migrations, interval, clock)
{
    protected override Task FlushAsync(CancellationToken cancellationToken) => flush(service, cancellationToken);

    protected override void Waits(string problem) => logFailure(problem);
}
