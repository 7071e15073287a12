using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Resilience;

namespace Smplat.Core.Platform.Outbox;

/// <summary>How passing a message to its receiver ended.</summary>
public abstract record DeliveryOutcome
{
    private DeliveryOutcome()
    {
    }

    /// <summary>The receiver accepted the message.</summary>
    public sealed record Delivered(string? ProviderMessageId) : DeliveryOutcome;

    /// <summary>The receiver did not accept the message, but may accept it later.</summary>
    public sealed record Failed(string Error, TimeSpan? RetryAfter = null) : DeliveryOutcome;

    /// <summary>The receiver will never accept the message.</summary>
    /// <param name="IsBadAddress">The mailbox does not exist.</param>
    public sealed record Rejected(string Error, bool IsBadAddress = false) : DeliveryOutcome;

    /// <summary>The receiver cannot be reached or refuses us altogether. The message is not the cause.</summary>
    public sealed record ReceiverUnavailable(string Error) : DeliveryOutcome;

    /// <summary>The receiver may or may not have accepted the message. It must not be sent again before somebody has checked.</summary>
    public sealed record Unknown(string Error) : DeliveryOutcome;

    /// <summary>The lease was lost before the message was sent.</summary>
    public sealed record LeaseLost : DeliveryOutcome;
}

/// <summary>
/// Commits that the receiver may have the message from now on. A gateway calls it once, right before the step in which the
/// receiver can accept. False means that another sender has the message, so it must not be sent.
/// </summary>
public delegate Task<bool> BeforeSend(CancellationToken cancellationToken);

/// <summary>What happened to one message in one run. The names are labels of the metric.</summary>
public enum DeliveryVerdict
{
    Sent,
    Suppressed,
    Deferred,
    Retrying,
    Dead,

    /// <summary>The receiver is unavailable. The message waits, and the attempt does not count.</summary>
    Waiting,

    /// <summary>Another sender has the message now.</summary>
    Lost,
}

/// <summary>One run of one sender: the owner of its leases, and the receivers that it found unavailable.</summary>
public sealed class DeliveryRun
{
    private readonly ConcurrentDictionary<string, string> _unavailable = new();

    /// <summary>Unique per run, so that a run that was taken for dead cannot finish another run's messages.</summary>
    public string Owner { get; } = $"{Environment.MachineName}:{Environment.ProcessId}:{Guid.NewGuid():N}";

    /// <summary>Channels whose receiver is unavailable, with the error.</summary>
    public IReadOnlyDictionary<string, string> Unavailable => _unavailable;

    /// <returns>True the first time.</returns>
    public bool MarkUnavailable(string channel, string error) => _unavailable.TryAdd(channel, error);
}

/// <summary>
/// Records what happened to a message, and counts it. Recording ignores cancellation: when the host stops, what was done
/// must still be stored.
/// </summary>
public sealed class DeliveryRecorder(
    OutboxStore store,
    DurableCounters counters,
    IOptionsMonitor<OutboxOptions> options,
    TimeProvider clock,
    ILogger<DeliveryRecorder> logger)
{
    public const string Metric = "smplat_notifications_total";

    public DateTimeOffset LeaseEnd => clock.GetUtcNow() + TimeSpan.FromSeconds(options.CurrentValue.LeaseSeconds);

    public BeforeSend BeforeSend(ClaimedMessage message, DeliveryRun run) => cancellationToken =>
        store.MarkHandoverAsync(message.Id, run.Owner, clock.GetUtcNow(), LeaseEnd, cancellationToken);

    public async Task<DeliveryVerdict> SuppressAsync(ClaimedMessage message, DeliveryRun run, string reason)
    {
        OutboxLog.Suppressed(logger, message.Kind, message.Id, reason);
        return Count(message, await store.FinishAsync(
            message.Id, run.Owner, OutboxStatus.Suppressed, reason, null, null, clock.GetUtcNow(), CancellationToken.None)
            ? DeliveryVerdict.Suppressed
            : DeliveryVerdict.Lost);
    }

    public async Task<DeliveryVerdict> DeferAsync(
        ClaimedMessage message, DeliveryRun run, DateTimeOffset until, string reason) =>
        Count(message, await store.RequeueAsync(
            message.Id, run.Owner, until, reason, null, false, clock.GetUtcNow(), CancellationToken.None)
            ? DeliveryVerdict.Deferred
            : DeliveryVerdict.Lost);

    public async Task<DeliveryVerdict> RecordAsync(ClaimedMessage message, DeliveryRun run, DeliveryOutcome outcome) =>
        Count(message, outcome switch
        {
            DeliveryOutcome.Delivered delivered => await SentAsync(message, run, delivered),
            DeliveryOutcome.Failed failed => await RetryAsync(message, run, failed),
            DeliveryOutcome.Rejected rejected => await GiveUpAsync(message, run, "rejected", rejected.Error),
            DeliveryOutcome.Unknown unknown => await GiveUpAsync(message, run, "delivery_unknown", unknown.Error),
            DeliveryOutcome.ReceiverUnavailable unavailable => await WaitAsync(message, run, unavailable.Error),
            DeliveryOutcome.LeaseLost => Lost(message),
            _ => throw new InvalidOperationException($"The outcome {outcome} cannot be recorded."),
        });

    private async Task<DeliveryVerdict> SentAsync(
        ClaimedMessage message, DeliveryRun run, DeliveryOutcome.Delivered delivered) =>
        await store.FinishAsync(
            message.Id, run.Owner, OutboxStatus.Sent, null, null, delivered.ProviderMessageId, clock.GetUtcNow(), CancellationToken.None)
            ? DeliveryVerdict.Sent
            : Lost(message);

    private async Task<DeliveryVerdict> RetryAsync(ClaimedMessage message, DeliveryRun run, DeliveryOutcome.Failed failed)
    {
        if (message.Attempt >= message.MaxAttempts)
        {
            return await GiveUpAsync(message, run, "attempts_exhausted", failed.Error);
        }

        var now = clock.GetUtcNow();
        var next = now + DeliveryPolicy.Waits.After(message.Attempt, Random.Shared.NextDouble(), failed.RetryAfter);
        OutboxLog.Failed(logger, message.Kind, message.Id, message.Attempt, next, failed.Error);
        return await store.RequeueAsync(message.Id, run.Owner, next, null, failed.Error, true, now, CancellationToken.None)
            ? DeliveryVerdict.Retrying
            : Lost(message);
    }

    private async Task<DeliveryVerdict> GiveUpAsync(ClaimedMessage message, DeliveryRun run, string reason, string error)
    {
        OutboxLog.GivenUp(logger, message.Kind, message.Id, reason, error);
        return await store.FinishAsync(
            message.Id, run.Owner, OutboxStatus.Dead, reason, error, null, clock.GetUtcNow(), CancellationToken.None)
            ? DeliveryVerdict.Dead
            : Lost(message);
    }

    private async Task<DeliveryVerdict> WaitAsync(ClaimedMessage message, DeliveryRun run, string error)
    {
        if (run.MarkUnavailable(message.Channel, error))
        {
            OutboxLog.ReceiverUnavailable(logger, message.Channel, error);
        }

        var now = clock.GetUtcNow();
        return await store.RequeueAsync(
            message.Id, run.Owner, now + DeliveryPolicy.UnavailablePause, null, error, false, now, CancellationToken.None)
            ? DeliveryVerdict.Waiting
            : Lost(message);
    }

    private DeliveryVerdict Lost(ClaimedMessage message)
    {
        OutboxLog.LeaseLost(logger, message.Kind, message.Id);
        return DeliveryVerdict.Lost;
    }

    private DeliveryVerdict Count(ClaimedMessage message, DeliveryVerdict verdict)
    {
        counters.Increment(
            Metric, ("kind", message.Kind), ("channel", message.Channel), ("outcome", verdict.ToString().ToLowerInvariant()));
        return verdict;
    }
}

/// <summary>When a failed message is tried again.</summary>
internal static class DeliveryPolicy
{
    /// <summary>Rescues from crashed senders before a message is assumed to cause the crashes.</summary>
    public const int RescueLimit = 50;

    /// <summary>How long messages wait while their receiver is unavailable.</summary>
    public static readonly TimeSpan UnavailablePause = TimeSpan.FromMinutes(1);

    /// <summary>
    /// 30 s, 2 min, 8 min, 32 min, 2 h 8 min, then 6 h, each plus up to a fifth; or what the receiver asked for, limited to
    /// between a minute and a day.
    /// </summary>
    public static readonly Backoff Waits = new(TimeSpan.FromSeconds(30), TimeSpan.FromHours(6))
    {
        Factor = 4,
        Jitter = Jitter.UpTo(0.2),
        MinRetryAfter = TimeSpan.FromMinutes(1),
        MaxRetryAfter = TimeSpan.FromDays(1),
    };
}
