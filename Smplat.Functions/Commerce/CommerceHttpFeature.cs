using Microsoft.Extensions.DependencyInjection;

namespace Smplat.Functions.Commerce;

public static class CommerceHttpFeature
{
    public static IServiceCollection AddCommerceHttp(this IServiceCollection services) =>
        services.AddSingleton<CommerceAnswers>();
}
