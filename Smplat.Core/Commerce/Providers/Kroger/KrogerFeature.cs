using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Commerce.Providers.Kroger;

internal static class KrogerFeature
{
    public static IServiceCollection AddKroger(this IServiceCollection services)
    {
        services.AddSettings<KrogerOptions>();
        services.AddSingleton<KrogerTokens>();
        services.AddSingleton<KrogerClient>();
        return services.AddGateway<KrogerGateway>();
    }
}
