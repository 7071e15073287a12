using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Commerce.Providers.Walmart;

internal static class WalmartFeature
{
    public static IServiceCollection AddWalmart(this IServiceCollection services)
    {
        services.AddSettings<WalmartOptions>();
        services.AddSingleton<WalmartSigner>();
        services.AddSingleton<WalmartClient>();
        return services.AddGateway<WalmartGateway>();
    }
}
