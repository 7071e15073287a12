using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Scoring;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Commerce.Learning;

/// <summary>
/// Keeps what the ranking knows of earlier orders current: at once after an outcome of this instance, and every minute for
/// those of others and for the fading of old ones. While the database is away or refuses, the last known standings stay in
/// use.
/// </summary>
public sealed class StandingsRefresh(
    ProviderMetricsStore metrics,
    ProviderStandings standings,
    MigrationGate migrations,
    TimeProvider clock,
    ILogger<StandingsRefresh> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _wake = new(0, 1);

    /// <summary>Asks for a refresh soon; several requests at once are one.</summary>
    public void Request()
    {
        try
        {
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // One is asked for already.
        }
    }

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        await metrics.RefreshAsync(clock.GetUtcNow(), cancellationToken);
        standings.Replace(await metrics.LoadAsync(cancellationToken));
    }

    public override void Dispose()
    {
        _wake.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await migrations.WaitAsync(stoppingToken);
            while (!stoppingToken.IsCancellationRequested)
            {
                await TryRunAsync(stoppingToken);
                await _wake.WaitAsync(Interval, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The app stops.
        }
    }

    private async Task TryRunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RunOnceAsync(cancellationToken);
        }
        catch (Exception problem) when (!cancellationToken.IsCancellationRequested)
        {
            CommerceLog.StandingsNotRefreshed(logger, Redaction.Redact(problem.Message));
        }
    }
}
