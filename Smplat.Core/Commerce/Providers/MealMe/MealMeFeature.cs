using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Commerce.Providers.MealMe;

internal static class MealMeFeature
{
    public static IServiceCollection AddMealMe(this IServiceCollection services)
    {
        services.AddSettings<MealMeOptions>();
        services.AddSingleton<AggregatorHttp>();
        services.AddSingleton<MealMeV4>();
        services.AddSingleton<SatsumaV1>();
        services.AddSingleton<AggregatorDialects>();
        services.AddSingleton<MealMeOrderStore>();
        services.AddSingleton<MealMeOrderPlacer>();
        services.AddSingleton<MealMeDelivery>();
        services.AddSingleton<DeliveryFlow>();
        services.AddSingleton<MealMeWebhook>();
        services.AddSingleton(provider => new VendorCleanup("webhooks_trimmed", provider.GetRequiredService<MealMeWebhook>().TrimAsync));
        services.AddSingleton(provider => new VendorCleanup("quoted_orders_trimmed", provider.GetRequiredService<MealMeWebhook>().TrimQuotedAsync));
        return services.AddGateway<MealMeGateway>();
    }
}
