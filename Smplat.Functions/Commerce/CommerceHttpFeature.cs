using Microsoft.Extensions.DependencyInjection;
using Smplat.Functions.Commerce.MealMe;

namespace Smplat.Functions.Commerce;

public static class CommerceHttpFeature
{
    public static IServiceCollection AddCommerceHttp(this IServiceCollection services) =>
        services.AddSingleton<CommerceAnswers>().AddSingleton<VendorAnswers>().AddSingleton<MealMeAnswers>();
}
