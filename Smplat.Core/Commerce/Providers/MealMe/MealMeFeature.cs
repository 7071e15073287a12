using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Commerce.Providers.MealMe;

public static class MealMeFeature
{
    public static IServiceCollection AddMealMe(this IServiceCollection services)
    {
        services.AddSettings<MealMeOptions>();
        services.AddSingleton<AggregatorHttp>();
        services.AddSingleton<MealMeV4>();
        services.AddSingleton<SatsumaV1>();
        services.AddSingleton<AggregatorDialects>();
        services.AddSingleton<MealMeQuotes>();
        services.AddSingleton<MealMeOrderStore>();
        services.AddSingleton<MealMeOrderPlacer>();
        services.AddSingleton<MealMeDelivery>();
        services.AddSingleton<DeliveryFlow>();
        services.AddSingleton<MealMeWebhookStore>();
        services.AddSingleton<MealMeWebhook>();
        return services.AddGateway<MealMeGateway>();
    }
}
