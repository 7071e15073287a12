using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Platform.Database;

/// <summary>
/// Migrates when the app starts. With the database down the app starts all the same (it answers 503 and says why in
/// readiness) and tries again until it comes up; with a database that other or edited migrations made, it does not start.
/// </summary>
public sealed partial class MigrationStart(
    Migrator migrator,
    PartitionUpkeep partitions,
    MigrationGate gate,
    IEnumerable<ISampleData> samples,
    IOptionsMonitor<RuntimeOptions> runtime,
    IOptionsMonitor<DatabaseOptions> options,
    TimeProvider clock,
    ILogger<MigrationStart> logger) : BackgroundService
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!options.CurrentValue.MigrateOnStart)
        {
            gate.Open();
        }
        else
        {
            await TryMigrateAsync(cancellationToken);
        }

        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!gate.IsOpen)
        {
            await Task.Delay(RetryDelay, clock, stoppingToken);
            await TryMigrateAsync(stoppingToken);
        }
    }

    private async Task TryMigrateAsync(CancellationToken cancellationToken)
    {
        try
        {
            var report = await migrator.MigrateAsync(cancellationToken);
            await partitions.EnsureAsync(cancellationToken);
            if (report.WasEmpty && runtime.CurrentValue.IsLocal)
            {
                foreach (var sample in samples)
                {
                    await sample.LoadAsync(cancellationToken);
                }
            }

            gate.Open(report.Newer);
        }
        catch (Exception exception) when (Transient.IsOutage(exception) && !cancellationToken.IsCancellationRequested)
        {
            gate.Fail(exception.Message);
            LogDatabaseUnavailable(logger, exception.Message);
        }
        catch (MigrationConflictException exception)
        {
            gate.Fail(exception.Message);
            LogRefused(logger, exception.Message);
            throw;
        }
    }

    [LoggerMessage(1104, LogLevel.Critical, "The app does not start. {Problem}")]
    private static partial void LogRefused(ILogger logger, string problem);

    [LoggerMessage(1102, LogLevel.Error, "The database cannot be migrated yet and is tried again: {Problem}")]
    private static partial void LogDatabaseUnavailable(ILogger logger, string problem);
}
