using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Smplat.Core.Payments;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Outbox;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Billing;

internal static class BillingFeature
{
    public static IServiceCollection AddBilling(this IServiceCollection services)
    {
        services.AddSettings<HostedRecoveryOptions>();
        services.AddSettings<BillingRolloutOptions>();
        services.AddSingleton<HostedSessionStore>();
        services.AddSingleton<HostedSweepStore>();
        services.AddSingleton<HostedEventStore>();
        services.AddSingleton<HostedReportStore>();
        services.AddSingleton<RegenerationStore>();
        services.AddSingleton<HostedRecoveryRunStore>();
        services.AddSingleton<HostedRecoveryRuns>();
        services.AddSingleton<HostedNotices>();
        services.AddSingleton<HostedAttempt>();
        services.AddSingleton<HostedViews>();
        services.AddSingleton<HostedSessionQueries>();
        services.AddSingleton<HostedRegeneration>();
        services.AddSingleton<HostedReportQueries>();
        services.AddSingleton<HostedEvents>();
        services.AddSingleton<HostedRecovery>();
        services.AddSingleton<IHostedSessionGateway, StripeHostedSessionGateway>();
        services.AddPaymentEventListener<HostedEventListener>();
        services.AddMessageGuard<HostedGuard>();
        services.AddMessageContent<HostedContent>();
        services.AddSingleton(provider => Slack(provider.GetRequiredService<IOptionsMonitor<HostedRecoveryOptions>>()));
        services.AddJob<HostedRecoveryJob>();
        return services.AddJobComponent("hosted_session_recovery", HostedRecoveryJob.Id);
    }

    private static SlackTarget Slack(IOptionsMonitor<HostedRecoveryOptions> options) => new(
        HostedNotices.SlackTarget,
        () => options.CurrentValue is { IsSlackEnabled: true, SlackWebhookUrl: { } webhook } settings
            ? (webhook, settings.SlackChannel)
            : null);
}
