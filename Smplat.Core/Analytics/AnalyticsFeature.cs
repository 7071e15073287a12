using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Analytics.Experiments;
using Smplat.Core.Analytics.Export;
using Smplat.Core.Analytics.Ingestion;
using Smplat.Core.Analytics.Rejected;
using Smplat.Core.Settings;

namespace Smplat.Core.Analytics;

public static class AnalyticsFeature
{
    /// <summary>What the app and the command line share.</summary>
    public static IServiceCollection AddAnalytics(this IServiceCollection services)
    {
        services.AddSettings<AnalyticsOptions>();
        services.AddSettings<IngestionOptions>();
        services.AddSingleton<EventCounters>();
        services.AddSingleton<OfferEventParser>();
        services.AddSingleton<OfferEventStore>();
        services.AddSingleton<OfferEventCommit>();
        services.AddSingleton<RejectedEventStore>();
        services.AddSingleton<RejectedEventReview>();
        services.AddSingleton<RejectedEventReplay>();
        services.AddSingleton<EventExportStore>();
        services.AddSingleton<OfferEventExport>();
        services.AddSingleton<ExperimentStore>();
        services.AddSingleton<ExperimentReports>();
        return services;
    }

    /// <summary>The part that takes events in, for the app only.</summary>
    public static IServiceCollection AddIngestion(this IServiceCollection services)
    {
        services.AddSingleton<OfferEventWriter>();
        services.AddHostedService(provider => provider.GetRequiredService<OfferEventWriter>());
        services.AddSingleton<OfferEventIntake>();
        return services;
    }
}
