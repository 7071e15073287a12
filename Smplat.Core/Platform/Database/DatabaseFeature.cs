using Microsoft.Extensions.DependencyInjection;
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
        services.AddSingleton<PartitionUpkeep>();
        services.AddSingleton<MigrationGate>();
        services.AddHostedService<MigrationStart>();
        return services;
    }
}
