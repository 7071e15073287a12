using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Smplat.Core.Database;

namespace Smplat.Core.Catalog.Search;

/// <summary>Adds gathered searches to Postgres once a second, and a last time when the app stops.</summary>
public sealed partial class SearchFlush(
    SearchTelemetry telemetry, MigrationGate gate, TimeProvider clock, ILogger<SearchFlush> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (gate.IsOpen)
        {
            await TryFlushAsync(cancellationToken);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await gate.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Interval, clock, stoppingToken);
            await TryFlushAsync(stoppingToken);
        }
    }

    private async Task TryFlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await telemetry.FlushAsync(cancellationToken);
        }
        catch (Exception exception) when (Transient.IsOutage(exception) || exception is OperationCanceledException)
        {
            LogNotFlushed(logger, exception.GetType().Name);
        }
    }

    [LoggerMessage(5801, LogLevel.Warning, "Catalogue searches wait for the database: {Problem}")]
    private static partial void LogNotFlushed(ILogger logger, string problem);
}
