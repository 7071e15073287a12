using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Commerce.Confirmation;
using Smplat.Core.Commerce.Learning;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Requests;
using Smplat.Core.Commerce.Routing;
using Smplat.Core.Commerce.Scoring;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Observability;
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
        services.AddSingleton<ProviderRegistry>();
        services.AddSingleton<ProviderGateways>();
        services.AddSingleton<ProviderCircuits>();
        services.AddSingleton<ProviderHealthCheck>();
        return services.AddRoutingSample().AddRoutingLog().AddRouting().AddConfirmation().AddLearning().AddVendors();
    }

    private static IServiceCollection AddRouting(this IServiceCollection services)
    {
        services.AddSettings<RouterOptions>();
        services.AddSettings<ScoringOptions>();
        services.AddSettings<SplitOptions>();
        services.AddSettings<ExperimentOptions>();
        services.AddSingleton<ProviderStatsCache>();
        services.AddSingleton<QuoteRace>();
        services.AddSingleton<SplitRouting>();
        services.AddSingleton<DecisionMaker>();
        services.AddSingleton<RoutingSessionStore>();
        services.AddSingleton<SessionWriter>();
        services.AddHostedService(provider => provider.GetRequiredService<SessionWriter>());
        services.AddSingleton<ShadowScoreStore>();
        services.AddSingleton<ShadowScoring>();
        services.AddHostedService(provider => provider.GetRequiredService<ShadowScoring>());
        services.AddSingleton<OrderRouter>();
        return services.AddSingleton<ExperimentReview>();
    }

    private static IServiceCollection AddRoutingLog(this IServiceCollection services)
    {
        services.AddSingleton<EdgeLogStore>();
        services.AddSingleton<RoutingLogQueries>();
        services.AddSingleton<EdgeLog>();
        services.AddHostedService(provider => provider.GetRequiredService<EdgeLog>());
        services.AddSingleton<CommerceCounters>();
        services.AddSingleton<IMetricSource, CommerceMetrics>();
        services.AddSingleton<RouterMetrics>();
        services.AddSingleton<RequestStore>();
        services.AddSingleton<RequestQueries>();
        return services.AddSingleton<RoutingEventLog>();
    }

    private static IServiceCollection AddConfirmation(this IServiceCollection services)
    {
        services.AddSettings<ConfirmationOptions>();
        services.AddSingleton<ConfirmationStore>();
        services.AddSingleton<ProviderOrderStore>();
        services.AddSingleton<ConfirmationEventLog>();
        services.AddSingleton<QuoteRefresh>();
        services.AddSingleton<PlacementInquiry>();
        services.AddSingleton<PlacementStore>();
        services.AddSingleton<PlacementReview>();
        services.AddSingleton<LegConfirmation>();
        services.AddSingleton<ConfirmAnswers>();
        services.AddSingleton<ConfirmationRecorder>();
        services.AddSingleton<OrderConfirmation>();
        services.AddSingleton<OrderCancellation>();
        services.AddSingleton<ConfirmationRecovery>();
        services.AddJob<RecoverConfirmationsJob>();
        services.AddJob<PurgeSessionsJob>();
        return services;
    }

    private static IServiceCollection AddLearning(this IServiceCollection services)
    {
        services.AddSingleton<OutcomeStore>();
        services.AddSingleton<OutcomeRecording>();
        services.AddSingleton<ProviderStatsRefresh>();
        return services.AddHostedService(provider => provider.GetRequiredService<ProviderStatsRefresh>());
    }
}
