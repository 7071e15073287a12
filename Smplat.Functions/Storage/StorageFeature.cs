using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Merchandising;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Settings;

namespace Smplat.Functions.Storage;

/// <summary>Implements the ports of Core with Azure Tables and the app's identity. Registered before Commerce and Merchandising, whose defaults share and store nothing.</summary>
public static class StorageFeature
{
    private const string CacheTable = "smplatcache";
    private const string QuotaTable = "smplatquota";

    public static IServiceCollection AddStorage(this IServiceCollection services)
    {
        services.AddSettings<StorageOptions>();
        services.AddSingleton<IAssetStorage>(provider => new BlobAssets(
            provider.GetRequiredService<IOptionsMonitor<StorageOptions>>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IDatabaseTokenSource, ManagedIdentityTokens>();
        services.AddSingleton<ISharedCache>(provider => new TableCache(Open(provider, CacheTable)));
        services.AddSingleton<IQuotaStore>(provider =>
            new TableQuota(Open(provider, QuotaTable), provider.GetRequiredService<TimeProvider>()));
        return services;
    }

    private static GuardedTable Open(IServiceProvider provider, string name) => new(
        name,
        provider.GetRequiredService<IOptionsMonitor<StorageOptions>>(),
        provider.GetRequiredService<TimeProvider>(),
        provider.GetRequiredService<ILogger<GuardedTable>>());
}
