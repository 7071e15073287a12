using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Scoring;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Commerce.Learning;

/// <summary>
/// Keeps the statistics that the ranking uses up to date: at once after an outcome on this instance, and every minute for the
/// outcomes of other instances and the fading weight of old ones. While the database fails, the last statistics stay in use.
/// </summary>
public sealed class ProviderStatsRefresh(
    OutcomeStore outcomes,
    ProviderStatsCache cache,
    MigrationGate migrations,
    TimeProvider clock,
    ILogger<ProviderStatsRefresh> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _wake = new(0, 1);

    /// <summary>Requests a refresh soon; several requests before it runs count as one.</summary>
    public void Request()
    {
        try
        {
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // A refresh is already requested.
        }
    }

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        await outcomes.RefreshStatsAsync(clock.GetUtcNow(), cancellationToken);
        cache.Replace(await outcomes.LoadStatsAsync(cancellationToken));
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
            // The app is stopping.
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
            CommerceLog.ProviderStatsNotRefreshed(logger, Redaction.Redact(problem.Message));
        }
    }
}

/// <summary>A provider's row in <c>analytics.provider_metrics</c>.</summary>
internal sealed record MetricsRow(
    string ProviderId,
    long TotalOrders,
    decimal? SuccessRate,
    decimal? AvgMarginRate,
    decimal? FulfilmentRatio,
    decimal? EtaBiasMinutes);

/// <summary>
/// Combines three measures into one reliability: how often orders succeed, how many items arrive, and how late. Missing items
/// lower the success rate by up to a fifth, lateness by up to a tenth (an hour or more late); unknown values lower nothing.
/// </summary>
internal static class ProviderStatsPolicy
{
    private const decimal FulfilmentShare = 0.2m;
    private const decimal LatenessShare = 0.1m;
    private const decimal LatestMinutes = 60;

    public static ProviderStats From(MetricsRow row) =>
        new(
            row.SuccessRate * Fulfilment(row.FulfilmentRatio) * Punctuality(row.EtaBiasMinutes),
            row.AvgMarginRate,
            row.TotalOrders);

    private static decimal Fulfilment(decimal? ratio) => 1 - (FulfilmentShare * (1 - Math.Clamp(ratio ?? 1, 0, 1)));

    private static decimal Punctuality(decimal? lateMinutes) =>
        1 - (LatenessShare * Math.Clamp((lateMinutes ?? 0) / LatestMinutes, 0, 1));
}
