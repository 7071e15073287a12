using Microsoft.Extensions.DependencyInjection;

namespace Smplat.Core.Operators;

public static class OperatorsFeature
{
    public static IServiceCollection AddOperators(this IServiceCollection services) => services
        .AddSingleton<IncidentBannerStore>()
        .AddSingleton<BannerBoard>()
        .AddSingleton<FeatureSwitches>();
}
