using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Smplat.Core.Database;

namespace Smplat.Core.Operators.KeyUse;

/// <summary>Adds noted uses every five seconds, and once more when the app stops.</summary>
public sealed partial class KeyUseFlush(
    KeyUseLog uses, MigrationGate migrations, TimeProvider clock, ILogger<KeyUseFlush> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryFlushAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await migrations.WaitAsync(stoppingToken);
        while (true)
        {
            await Task.Delay(Interval, clock, stoppingToken);
            await TryFlushAsync(stoppingToken);
        }
    }

    private async Task TryFlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await uses.FlushAsync(cancellationToken);
        }
        catch (Exception exception) when (Transient.IsOutage(exception) && !cancellationToken.IsCancellationRequested)
        {
            LogWaiting(logger, exception.Message);
        }
    }

    [LoggerMessage(1321, LogLevel.Warning, "Uses of keys wait to be noted, the database is away: {Problem}")]
    private static partial void LogWaiting(ILogger logger, string problem);
}
