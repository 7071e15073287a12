using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Smplat.Core.Platform.Database;

/// <summary>
/// Migrates before anything else of the app starts, so that neither a request nor a timer meets missing tables. A migration that
/// takes long goes on while the app starts, since the platform waits for a worker only so long. If the database is down, the
/// app starts anyway (it answers 503, and readiness says why) and tries again until the database is available; if the database has other or edited migrations, the app does not start.
/// </summary>
internal sealed class StartupMigration(
    Migrator migrator,
    PartitionMaintenance partitions,
    MigrationGate gate,
    SampleData samples,
    IOptionsMonitor<DatabaseOptions> options,
    TimeProvider clock,
    ILogger<StartupMigration> logger) : BackgroundService, IHostedLifecycleService
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stopping = new();
    private Task _first = Task.CompletedTask;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (!options.CurrentValue.MigrateOnStart)
        {
            gate.Open();
            return;
        }

        await using var cancelled = cancellationToken.Register(_stopping.Cancel);
        _first = TryMigrateAsync(_stopping.Token);
        if (await Task.WhenAny(_first, Task.Delay(StartLimit, clock, cancellationToken)) == _first)
        {
            await _first;
        }
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => _stopping.CancelAsync();

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Dispose()
    {
        _stopping.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await _first;
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
