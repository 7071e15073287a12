using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Smplat.Core.Payments;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Outbox;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Billing;

/// <summary>Hosted payment sessions for invoices, and the recovery of those that were not completed.</summary>
public static class BillingFeature
{
    public static IServiceCollection AddBilling(this IServiceCollection services)
    {
        services.AddSettings<HostedRecoveryOptions>();
        services.AddSettings<BillingRolloutOptions>();
        services.AddSingleton<HostedSessionStore>();
        services.AddSingleton<HostedReportStore>();
        services.AddSingleton<HostedRecoveryRunStore>();
        services.AddSingleton<HostedViews>();
        services.AddSingleton<HostedSessionQueries>();
        services.AddSingleton<HostedReportQueries>();
        services.AddSingleton<HostedRegeneration>();
        services.AddSingleton<HostedNotices>();
        services.AddSingleton<HostedAttempt>();
        services.AddSingleton<HostedRecoveryRuns>();
        services.AddSingleton<HostedRecovery>();
        services.AddPaymentEventListener<HostedEvents>();
        services.AddPreSendCheck<HostedGuard>();
        services.AddMessageContent<HostedContent>();
        services.AddSingleton(provider => Slack(provider.GetRequiredService<IOptionsMonitor<HostedRecoveryOptions>>()));
        services.AddSingleton<BillingSampleStore>();
        services.AddSingleton<ISampleData, BillingSample>();
        services.AddJob<HostedRecoveryJob>();
        return services.AddJobComponent("hosted_session_recovery", HostedRecoveryJob.Id);
    }

    private static SlackTarget Slack(IOptionsMonitor<HostedRecoveryOptions> options) => new(
        HostedNotices.SlackTarget,
        () => options.CurrentValue is { IsSlackEnabled: true, SlackWebhookUrl: { } webhook } settings
            ? (webhook, settings.SlackChannel)
            : null);
}
