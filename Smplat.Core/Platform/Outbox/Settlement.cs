using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Platform.Outbox;

/// <summary>Records what became of a message. Settling goes on when the host stops: what is done must be known.</summary>
public sealed class Settlement(
    DeliveryStore store,
    DurableCounters counters,
    IOptionsMonitor<NotificationOptions> options,
    TimeProvider clock,
    ILogger<Settlement> logger)
{
    public const string Metric = "smplat_notifications_total";

    public DateTimeOffset LeaseEnd => clock.GetUtcNow() + TimeSpan.FromSeconds(options.CurrentValue.LeaseSeconds);

    /// <summary>Commits that the receiver may have the message from now on.</summary>
    public HandoverMark Mark(ClaimedMessage message, SenderPass pass) => cancellationToken =>
        store.MarkHandoverAsync(message.Id, pass.Owner, clock.GetUtcNow(), LeaseEnd, cancellationToken);

    public async Task<DeliveryVerdict> SuppressAsync(ClaimedMessage message, SenderPass pass, string reason)
    {
        NotificationLog.Suppressed(logger, message.Kind, message.Id, reason);
        return Count(message, await store.FinishAsync(
            message.Id, pass.Owner, OutboxStatus.Suppressed, reason, null, null, clock.GetUtcNow(), CancellationToken.None)
            ? DeliveryVerdict.Suppressed
            : DeliveryVerdict.Lost);
    }

    public async Task<DeliveryVerdict> DeferAsync(
        ClaimedMessage message, SenderPass pass, DateTimeOffset until, string reason) =>
        Count(message, await store.RequeueAsync(
            message.Id, pass.Owner, until, reason, null, false, clock.GetUtcNow(), CancellationToken.None)
            ? DeliveryVerdict.Deferred
            : DeliveryVerdict.Lost);

    public async Task<DeliveryVerdict> SettleAsync(ClaimedMessage message, SenderPass pass, DeliveryOutcome outcome) =>
        Count(message, outcome switch
        {
            DeliveryOutcome.Delivered delivered => await SentAsync(message, pass, delivered),
            DeliveryOutcome.Failed failed => await RetryAsync(message, pass, failed),
            DeliveryOutcome.Rejected rejected => await GiveUpAsync(message, pass, "rejected", rejected.Error),
            DeliveryOutcome.Unknown unknown => await GiveUpAsync(message, pass, "delivery_unknown", unknown.Error),
            DeliveryOutcome.ReceiverAway away => await WaitAsync(message, pass, away.Error),
            DeliveryOutcome.LeaseLost => Lost(message),
            _ => throw new InvalidOperationException($"No settlement for {outcome}."),
        });

    private async Task<DeliveryVerdict> SentAsync(
        ClaimedMessage message, SenderPass pass, DeliveryOutcome.Delivered delivered) =>
        await store.FinishAsync(
            message.Id, pass.Owner, OutboxStatus.Sent, null, null, delivered.ProviderMessageId, clock.GetUtcNow(), CancellationToken.None)
            ? DeliveryVerdict.Sent
            : Lost(message);

    private async Task<DeliveryVerdict> RetryAsync(ClaimedMessage message, SenderPass pass, DeliveryOutcome.Failed failed)
    {
        var attempt = message.Attempts + 1;
        if (attempt >= message.MaxAttempts)
        {
            return await GiveUpAsync(message, pass, "attempts_exhausted", failed.Error);
        }

        var now = clock.GetUtcNow();
        var next = now + DeliveryPolicy.Waits.After(attempt, Random.Shared.NextDouble(), failed.RetryAfter);
        NotificationLog.Failed(logger, message.Kind, message.Id, attempt, next, failed.Error);
        return await store.RequeueAsync(message.Id, pass.Owner, next, null, failed.Error, true, now, CancellationToken.None)
            ? DeliveryVerdict.Retrying
            : Lost(message);
    }

    private async Task<DeliveryVerdict> GiveUpAsync(ClaimedMessage message, SenderPass pass, string reason, string error)
    {
        NotificationLog.GivenUp(logger, message.Kind, message.Id, reason, error);
        return await store.FinishAsync(
            message.Id, pass.Owner, OutboxStatus.Dead, reason, error, null, clock.GetUtcNow(), CancellationToken.None)
            ? DeliveryVerdict.Dead
            : Lost(message);
    }

    private async Task<DeliveryVerdict> WaitAsync(ClaimedMessage message, SenderPass pass, string error)
    {
        if (pass.NoteAway(message.Channel, error))
        {
            NotificationLog.ReceiverAway(logger, message.Channel, error);
        }

        var now = clock.GetUtcNow();
        return await store.RequeueAsync(
            message.Id, pass.Owner, now + DeliveryPolicy.AwayPause, null, error, false, now, CancellationToken.None)
            ? DeliveryVerdict.Waiting
            : Lost(message);
    }

    private DeliveryVerdict Lost(ClaimedMessage message)
    {
        NotificationLog.LeaseLost(logger, message.Kind, message.Id);
        return DeliveryVerdict.Lost;
    }

    private DeliveryVerdict Count(ClaimedMessage message, DeliveryVerdict verdict)
    {
        counters.Increment(
            Metric, ("kind", message.Kind), ("channel", message.Channel), ("outcome", verdict.ToString().ToLowerInvariant()));
        return verdict;
    }
}
