using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Merchandising;

public static class MerchandisingFeature
{
    /// <summary>Reading products and bundles, as orders do. Adding it twice is fine.</summary>
    public static IServiceCollection AddProducts(this IServiceCollection services)
    {
        services.TryAddSingleton<ProductStore>();
        services.TryAddSingleton<ProductQueries>();
        services.TryAddSingleton<BundleStore>();
        services.TryAddSingleton<OrderCatalogs>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ISampleData, SampleProducts>());
        return services;
    }

    /// <summary>Editing products, their media and bundles. Without a storage of media registered, uploads are unavailable.</summary>
    public static IServiceCollection AddMerchandising(this IServiceCollection services)
    {
        services.AddProducts();
        services.AddSettings<MerchandisingOptions>();
        services.TryAddSingleton<IAssetStorage, NoAssetStorage>();
        services.AddSingleton<ProductAuditStore>();
        services.AddSingleton<ProductAssetStore>();
        services.AddSingleton<ProductOperations>();
        services.AddSingleton<ProductAssets>();
        services.AddSingleton<BundleQueries>();
        services.AddSingleton<BundleOperations>();
        services.AddSingleton<CatalogStore>();
        services.AddSingleton<CatalogPromotion>();
        services.AddSingleton<RecommendationStore>();
        services.AddSingleton<BundleRecommendations>();
        return services.AddJob<AssetCleanupJob>();
    }
}
