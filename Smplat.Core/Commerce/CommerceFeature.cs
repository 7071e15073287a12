using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Commerce.Confirmation;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;
using Smplat.Core.Commerce.Scoring;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Commerce;

public static class CommerceFeature
{
    public static IServiceCollection AddCommerce(this IServiceCollection services)
    {
        services.AddSettings<MealMeProviderOptions>();
        services.AddSettings<InstacartProviderOptions>();
        services.AddSettings<KrogerProviderOptions>();
        services.AddSettings<WalmartProviderOptions>();
        services.AddSettings<QuoteCacheOptions>();
        services.AddSettings<RouterOptions>();
        services.AddSettings<ScoreOptions>();
        services.AddSettings<RuleOptions>();
        services.AddSettings<SplitOptions>();
        services.AddSettings<ExperimentOptions>();
        services.AddSingleton<ExperimentStore>();
        services.AddSingleton<ExperimentReview>();
        services.AddSingleton<SplitRouting>();
        services.AddSingleton<ProviderRegistry>();
        services.AddSingleton<ProviderGateways>();
        services.AddSingleton<ProviderCircuits>();
        services.AddSingleton<ProviderStandings>();
        services.AddSingleton<ProviderHealthCheck>();
        services.AddSingleton<QuoteRace>();
        services.AddSingleton<RoutingSessionStore>();
        services.AddSingleton<SessionWriter>();
        services.AddHostedService(provider => provider.GetRequiredService<SessionWriter>());
        services.AddSingleton<EdgeLogStore>();
        services.AddSingleton<EdgeLog>();
        services.AddHostedService(provider => provider.GetRequiredService<EdgeLog>());
        services.AddCommerceMetrics();
        services.AddSingleton<RouterMeter>();
        services.AddSingleton<RouteJournal>();
        services.AddSingleton<EdgeLogReaderStore>();
        services.AddSingleton<DecisionStore>();
        services.AddSingleton<ShadowScoreStore>();
        services.AddSingleton<ShadowScoring>();
        services.AddHostedService(provider => provider.GetRequiredService<ShadowScoring>());
        services.AddSingleton<OrderRouter>();
        services.AddConfirmation();
        return services.AddVendors();
    }
}
