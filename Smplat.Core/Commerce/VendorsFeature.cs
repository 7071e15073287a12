using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Providers.Instacart;
using Smplat.Core.Commerce.Providers.Kroger;
using Smplat.Core.Commerce.Providers.MealMe;
using Smplat.Core.Commerce.Providers.Walmart;

namespace Smplat.Core.Commerce;

internal static class VendorsFeature
{
    public static IServiceCollection AddVendors(this IServiceCollection services) =>
        services.AddProviders().AddKroger().AddWalmart().AddInstacart().AddMealMe();
}
