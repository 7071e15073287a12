using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Platform.Database;

public static class DatabaseFeature
{
    public static IServiceCollection AddDatabase(this IServiceCollection services)
    {
        services.AddSettings<RuntimeOptions>();
        services.AddSettings<DatabaseOptions>();
        services.AddSingleton(provider => SmplatDataSource.Create(
            provider.GetRequiredService<IOptionsMonitor<DatabaseOptions>>().CurrentValue,
            provider.GetRequiredService<ILoggerFactory>(),
            provider.GetService<IDatabaseTokenSource>() is { } tokens ? new(tokens, provider.GetRequiredService<TimeProvider>()) : null));
        services.AddSingleton<Migrator>();
        services.AddSingleton<PartitionStore>();
        services.AddSingleton<PartitionMaintenance>();
        services.AddSingleton<MigrationGate>();
        services.AddSingleton<SampleDataStore>();
        services.AddSingleton<SampleData>();
        services.AddHostedService<StartupMigration>();
        return services;
    }

    /// <summary>Flushes a registered singleton at an interval; see <see cref="WriteBehind"/>.</summary>
    /// <param name="flush">Writes what has accumulated; on a failure it must keep it for the next attempt and throw.</param>
    /// <param name="logFailure">Logs why a write failed.</param>
    public static IServiceCollection AddWriteBehind<T>(
        this IServiceCollection services, TimeSpan interval, Func<T, CancellationToken, Task> flush, Action<ILogger, string> logFailure)
        where T : class =>
        services.AddSingleton<IHostedService>(provider => new ServiceWriteBehind<T>(
            provider.GetRequiredService<T>(),
            flush,
            problem => logFailure(provider.GetRequiredService<ILogger<T>>(), problem),
            provider.GetRequiredService<MigrationGate>(),
            interval,
            provider.GetRequiredService<TimeProvider>()));
}
