using Microsoft.Extensions.Hosting;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Platform.Database;

/// <summary>
/// Writes what has gathered in memory at an interval, once the schema is there, and a last time when the app stops. Whatever
/// goes wrong, what could not be written waits for the next time and the app goes on: figures are not worth a crash.
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

    /// <summary>Writes what has gathered; on a failure it is kept for the next time and the exception is thrown on.</summary>
    protected abstract Task FlushAsync(CancellationToken cancellationToken);

    /// <summary>Says that what has gathered waits.</summary>
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
