using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Commerce.Providers.Instacart;

internal static class InstacartFeature
{
    public static IServiceCollection AddInstacart(this IServiceCollection services)
    {
        services.AddSettings<InstacartOptions>();
        services.AddSingleton<InstacartClient>();
        services.AddSingleton<InstacartLinks>();
        services.AddSingleton<RecipePages>();
        return services.AddGateway<InstacartGateway>();
    }
}
