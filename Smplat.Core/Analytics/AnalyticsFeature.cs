using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Outbox;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Analytics;

public static class AnalyticsFeature
{
    /// <summary>The services used by both the app and the command line.</summary>
    public static IServiceCollection AddAnalytics(this IServiceCollection services)
    {
        services.AddSettings<AnalyticsOptions>();
        services.AddSettings<IngestionOptions>();
        services.AddSingleton<EventCounters>();
        services.AddSingleton<OfferEventParser>();
        services.AddSingleton<OfferEventStore>();
        services.AddSingleton<OfferEventCommit>();
        services.AddSingleton<RejectedEventStore>();
        services.AddSingleton<RejectedEventQueries>();
        services.AddSingleton<RejectedEventReplay>();
        services.AddSingleton<OfferEventExport>();
        services.AddSingleton<ExperimentStore>();
        services.AddSingleton<PricingExperimentQueries>();
        services.AddSettings<RetentionOptions>();
        services.AddJob<AnalyticsRetentionJob>();
        services.AddSingleton<ISampleData, EventSampleStore>();
        return services.AddPresets();
    }

    /// <summary>The services that ingest events, for the app only.</summary>
    public static IServiceCollection AddIngestion(this IServiceCollection services)
    {
        services.AddSingleton<OfferEventWriter>();
        services.AddHostedService(provider => provider.GetRequiredService<OfferEventWriter>());
        services.AddSingleton<OfferEventIntake>();
        services.AddSingleton<IMetricSource, EventMetrics>();
        return services.AddMetricFamilies(EventCounters.Families);
    }

    private static IServiceCollection AddPresets(this IServiceCollection services)
    {
        services.AddSettings<PresetOptions>();
        services.AddSingleton<PresetStore>();
        services.AddSingleton<PresetQueries>();
        services.AddSingleton<PresetRollup>();
        services.AddSingleton<PresetAlertRun>();
        services.AddJob<PresetMetricsJob>();
        services.AddJob<PresetAlertsJob>();
        return services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptionsMonitor<PresetOptions>>();
            return new SlackTarget(PresetSlack.TargetName, () => options.CurrentValue is { SlackWebhookUrl: { } webhook } set
                ? (webhook, set.SlackChannel)
                : null);
        });
    }
}
