using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Commerce.Learning;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Commerce.Confirmation;

internal static class ConfirmationFeature
{
    /// <summary>Confirming, cancelling and learning from orders.</summary>
    public static IServiceCollection AddConfirmation(this IServiceCollection services)
    {
        services.AddSettings<ConfirmationOptions>();
        services.AddSingleton<ConfirmationStore>();
        services.AddSingleton<OrderStore>();
        services.AddSingleton<PartStore>();
        services.AddSingleton<ConfirmJournal>();
        services.AddSingleton<QuoteRefresh>();
        services.AddSingleton<LegConfirmation>();
        services.AddSingleton<ConfirmWording>();
        services.AddSingleton<ConfirmationEnd>();
        services.AddSingleton<OrderConfirmation>();
        services.AddSingleton<OutcomeStore>();
        services.AddSingleton<OutcomeRecording>();
        services.AddSingleton<ProviderMetricsStore>();
        services.AddSingleton<StandingsRefresh>();
        services.AddHostedService(provider => provider.GetRequiredService<StandingsRefresh>());
        services.AddSingleton<OrderCancellation>();
        services.AddSingleton<CancellationStore>();
        services.AddSingleton<ConfirmationRecovery>();
        services.AddSingleton<PurgeStore>();
        services.AddJob<RecoverConfirmationsJob>();
        services.AddJob<PurgeSessionsJob>();
        return services;
    }
}
