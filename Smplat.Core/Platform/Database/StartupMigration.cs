using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Smplat.Core.Platform.Database;

/// <summary>
/// Migrates when the app starts. If the database is down, the app starts anyway (it answers 503, and readiness says why) and
/// tries again until the database is available; if the database has other or edited migrations, the app does not start.
/// </summary>
internal sealed class StartupMigration(
    Migrator migrator,
    PartitionMaintenance partitions,
    MigrationGate gate,
    SampleData samples,
    IOptionsMonitor<DatabaseOptions> options,
    TimeProvider clock,
    ILogger<StartupMigration> logger) : BackgroundService
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
            if (report.WasEmpty)
            {
                await samples.LoadWhenLocalAsync(cancellationToken);
            }

            gate.Open(report.Newer);
        }
        catch (Exception exception) when (DatabaseErrors.IsOutage(exception) && !cancellationToken.IsCancellationRequested)
        {
            gate.Fail(exception.Message);
            DatabaseLog.DatabaseUnavailable(logger, exception.Message);
        }
        catch (MigrationConflictException exception)
        {
            gate.Fail(exception.Message);
            DatabaseLog.StartRefused(logger, exception.Message);
            throw;
        }
    }
}

/// <summary>Whether the schema is known to match this build; readiness and background writers check it.</summary>
public sealed class MigrationGate
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsOpen => _opened.Task.IsCompletedSuccessfully;

    /// <summary>Why the last attempt failed; null before the first failure and once open.</summary>
    public string? LastError { get; private set; }

    /// <summary>Migrations in the database that this build does not know; empty while both have the same version.</summary>
    public IReadOnlyList<string> Newer { get; private set; } = [];

    /// <param name="newer">Migrations of a newer version that this build runs with.</param>
    public void Open(IReadOnlyList<string>? newer = null)
    {
        Newer = newer ?? [];
        LastError = null;
        _opened.TrySetResult();
    }

    public void Fail(string error) => LastError = error;

    public Task WaitAsync(CancellationToken cancellationToken) => _opened.Task.WaitAsync(cancellationToken);
}
