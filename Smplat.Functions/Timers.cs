using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Billing;
using Smplat.Core.Checkout;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Digests;
using Smplat.Core.Fulfillment;
using Smplat.Core.Operators;
using Smplat.Core.Payments;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Outbox;
using Smplat.Core.Trust;

namespace Smplat.Functions;

/// <summary>Every timer of the app with the setting that holds its schedule.</summary>
public sealed class Timers(JobRunner jobs)
{
    [RunsJob("preset-event-alerts")]
    [Function("AlertOnPresetEvents")]
    public Task AlertOnPresetEventsAsync([TimerTrigger("%PRESET_EVENT_ALERTS_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        jobs.TickAsync("preset-event-alerts", cancellationToken);

    [RunsJob("analytics-retention")]
    [Function("ForgetOldEvents")]
    public Task ForgetOldEventsAsync([TimerTrigger("%ANALYTICS_RETENTION_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        jobs.TickAsync("analytics-retention", cancellationToken);

    [RunsJob("preset-event-metrics")]
    [Function("RollUpPresetEvents")]
    public Task RollUpPresetEventsAsync([TimerTrigger("%PRESET_EVENT_METRICS_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        jobs.TickAsync("preset-event-metrics", cancellationToken);

    [RunsJob("catalog-search-retention")]
    [Function("ForgetOldSearches")]
    public Task ForgetOldSearchesAsync([TimerTrigger("%CATALOG_SEARCH_RETENTION_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        jobs.TickAsync("catalog-search-retention", cancellationToken);

    [RunsJob("asset-cleanup")]
    [Function("CleanUpAssets")]
    public Task CleanUpAssetsAsync([TimerTrigger("%ASSET_CLEANUP_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        jobs.TickAsync("asset-cleanup", cancellationToken);

    [RunsJob(HostedRecoveryJob.Id)]
    [Function("RecoverHostedSessions")]
    public Task RecoverHostedSessionsAsync([TimerTrigger("%HOSTED_RECOVERY_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        jobs.TickAsync(HostedRecoveryJob.Id, cancellationToken);

    [RunsJob(RecoverySweepJob.Id)]
    [Function("SweepCheckouts")]
    public Task SweepCheckoutsAsync([TimerTrigger("%CHECKOUT_RECOVERY_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        jobs.TickAsync(RecoverySweepJob.Id, cancellationToken);

    [RunsJob("purge-routing-sessions")]
    [Function("PurgeSessions")]
    public Task PurgeSessionsAsync([TimerTrigger("%PURGE_ROUTING_SESSIONS_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        jobs.TickAsync("purge-routing-sessions", cancellationToken);

    [RunsJob("recover-confirmations")]
    [Function("RecoverConfirmations")]
    public Task RecoverConfirmationsAsync([TimerTrigger("%RECOVER_CONFIRMATIONS_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        jobs.TickAsync("recover-confirmations", cancellationToken);

    [RunsJob(VendorUpkeepJob.Id)]
    [Function("RunVendorUpkeep")]
    public Task RunVendorUpkeepAsync([TimerTrigger("%VENDOR_UPKEEP_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        jobs.TickAsync(VendorUpkeepJob.Id, cancellationToken);

    [RunsJob(WeeklyDigestJob.Id)]
    [Function("SendWeeklyDigests")]
    public Task SendWeeklyDigestsAsync([TimerTrigger("%WEEKLY_DIGEST_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        jobs.TickAsync(WeeklyDigestJob.Id, cancellationToken);

    [RunsJob(FulfillmentJob.Id)]
    [Function("PollFulfillment")]
    public Task PollFulfillmentAsync([TimerTrigger("%FULFILLMENT_POLL_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        jobs.TickAsync(FulfillmentJob.Id, cancellationToken);

    [Function("RetryDueJobs")]
    public Task RetryDueJobsAsync([TimerTrigger("%RETRY_DUE_JOBS_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        jobs.RetryDueAsync(cancellationToken);

    [RunsJob("retention")]
    [Function("RunRetention")]
    public Task RunRetentionAsync([TimerTrigger("%RETENTION_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        jobs.TickAsync("retention", cancellationToken);

    [RunsJob(DeliverOutboxJob.Id)]
    [Function("DeliverOutbox")]
    public Task DeliverOutboxAsync([TimerTrigger("%OUTBOX_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        jobs.TickAsync(DeliverOutboxJob.Id, cancellationToken);

    [RunsJob(InternalOutboxJob.Id)]
    [Function("DispatchInternalMessages")]
    public Task DispatchInternalMessagesAsync([TimerTrigger("%INTERNAL_OUTBOX_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        jobs.TickAsync(InternalOutboxJob.Id, cancellationToken);

    [RunsJob("onboarding-retention")]
    [Function("ForgetOnboardingDetails")]
    public Task ForgetOnboardingDetailsAsync([TimerTrigger("%ONBOARDING_RETENTION_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        jobs.TickAsync("onboarding-retention", cancellationToken);

    [RunsJob("onboarding-stalled")]
    [Function("MarkStalledJourneys")]
    public Task MarkStalledJourneysAsync([TimerTrigger("%ONBOARDING_STALLED_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        jobs.TickAsync("onboarding-stalled", cancellationToken);

    [RunsJob("onboarding-nudges")]
    [Function("NudgeIdleJourneys")]
    public Task NudgeIdleJourneysAsync([TimerTrigger("%ONBOARDING_NUDGES_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        jobs.TickAsync("onboarding-nudges", cancellationToken);

    [RunsJob(CommerceHoursJob.Id)]
    [Function("SumCommerceHours")]
    public Task SumCommerceHoursAsync([TimerTrigger("%SMPLAT_OPS_HOURS_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        jobs.TickAsync(CommerceHoursJob.Id, cancellationToken);

    /// <summary>On the schedule of the parked events: both jobs repair within a minute what failed at the payment provider.</summary>
    [RunsJob(SupersededSessionsJob.Id)]
    [Function("CloseSupersededPages")]
    public Task CloseSupersededPagesAsync([TimerTrigger("%PAYMENT_EVENTS_PARKED_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        jobs.TickAsync(SupersededSessionsJob.Id, cancellationToken);

    [RunsJob(ParkedEventsJob.Id)]
    [Function("ReplayParkedEvents")]
    public Task ReplayParkedEventsAsync([TimerTrigger("%PAYMENT_EVENTS_PARKED_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        jobs.TickAsync(ParkedEventsJob.Id, cancellationToken);

    [RunsJob(TrustRollupJob.Id)]
    [Function("RollUpTrust")]
    public Task RollUpTrustAsync([TimerTrigger("%TRUST_ROLLUP_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        jobs.TickAsync(TrustRollupJob.Id, cancellationToken);
}
