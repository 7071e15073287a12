using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Resilience;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Platform.Outbox;

/// <summary>
/// A job that empties one lane of the outbox. Several may run at the same time, since messages are claimed. A run ends after
/// two minutes even under load, so that a stop or a changed setting takes effect.
/// </summary>
public abstract class OutboxJob(JobDefinition definition, TimeSpan spacing, TimeProvider clock) : IJob
{
    /// <summary>How long a run goes on claiming. What it has claimed by then is finished.</summary>
    protected static readonly TimeSpan Budget = TimeSpan.FromMinutes(2);

    public JobDefinition Definition => definition;

    public bool IsEnabled => true;

    public TimeSpan Spacing => spacing;

    public abstract Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken);

    /// <param name="deliverBatch">Claims and delivers one batch; false when nothing more is due.</param>
    protected async Task DrainAsync(Func<CancellationToken, Task<bool>> deliverBatch, CancellationToken cancellationToken)
    {
        var end = clock.GetUtcNow() + Budget;
        while (await deliverBatch(cancellationToken) && clock.GetUtcNow() < end)
        {
        }
    }
}

/// <summary>
/// The lane for people: mails and Slack messages. A message whose outcome is unknown is left to an operator; it is never
/// sent a second time.
/// </summary>
public sealed class DeliverOutboxJob(
    OutboxStore store,
    MessageDelivery delivery,
    MailSender mail,
    IOptionsMonitor<OutboxOptions> options,
    TimeProvider clock,
    ILogger<DeliverOutboxJob> logger)
    : OutboxJob(new(Id, "Delivers the mails and Slack messages of the outbox."), TimeSpan.FromSeconds(10), clock)
{
    public const string Id = "outbox";

    private readonly TimeProvider _clock = clock;

    /// <exception cref="ReceiversUnavailableException">A receiver was unavailable; what could be sent was sent.</exception>
    public override async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var delivered = new DeliveryRun();
        var counts = new int[Enum.GetValues<DeliveryVerdict>().Length];
        var rescued = await store.RescueExpiredAsync(DeliveryPolicy.RescueLimit, _clock.GetUtcNow(), cancellationToken);
        if (rescued != default)
        {
            OutboxLog.Rescued(logger, rescued.Requeued, rescued.Dead);
        }

        try
        {
            await DrainAsync(token => DeliverBatchAsync(delivered, counts, token), cancellationToken);
        }
        finally
        {
            await mail.ReleaseAsync();
            await store.ReleaseAsync(delivered.Owner, CancellationToken.None);
        }

        return delivered.Unavailable.Count == 0
            ? Report(counts, rescued)
            : throw new ReceiversUnavailableException(delivered.Unavailable, counts[(int)DeliveryVerdict.Sent]);
    }

    private async Task<bool> DeliverBatchAsync(DeliveryRun run, int[] counts, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        var now = _clock.GetUtcNow();
        var lease = now + TimeSpan.FromSeconds(settings.LeaseSeconds);
        var batch = await store.ClaimDueAsync(run.Owner, settings.BatchSize, now, lease, cancellationToken);
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = settings.Parallelism,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForEachAsync(batch, parallel, async (message, token) =>
        {
            var verdict = await delivery.DeliverAsync(message, run, token);
            Interlocked.Increment(ref counts[(int)verdict]);
        });
        return batch.Count > 0;
    }

    private static JobReport Report(int[] counts, (int Requeued, int Dead) rescued)
    {
        var summary = Enum.GetValues<DeliveryVerdict>()
            .ToDictionary(verdict => verdict.ToString().ToLowerInvariant(), verdict => (object?)counts[(int)verdict]);
        summary["rescued"] = rescued.Requeued + rescued.Dead;
        return new(counts.Any(count => count > 0) || rescued != default, summary);
    }
}

/// <summary>
/// The lanes for handlers in this app: work that one feature asked of another, after the commit. Each kind has a lane of its
/// own with a bounded number of messages under way, so a kind that is slow holds up no other. A message that fails waits and
/// is retried; one that takes longer than its handler's deadline is cancelled and counts as failed.
/// </summary>
public sealed class InternalOutboxJob(
    OutboxStore store, IEnumerable<IOutboxHandler> handlers, TimeProvider clock, ILogger<InternalOutboxJob> logger)
    : OutboxJob(
        new(Id, "Carries out what features asked of one another, after the commit.") { Lease = TimeSpan.FromSeconds(45) },
        TimeSpan.FromSeconds(1),
        clock)
{
    public const string Id = "internal-outbox";

    private const int Parallelism = 12;
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    /// <summary>How much longer than the deadline of its handler the lease of a message is.</summary>
    private static readonly TimeSpan LeaseMargin = TimeSpan.FromSeconds(5);

    /// <summary>5 s, 10 s, 20 s … at most 10 minutes.</summary>
    private static readonly Backoff Waits = new(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(10));

    private readonly TimeProvider _clock = clock;
    private readonly Dictionary<string, IOutboxHandler> _handlers = handlers.ToDictionary(handler => handler.Kind);

    public override async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var owner = run.Id.ToString("N");
        var (handled, retried, dead) = (0, 0, 0);
        await store.ReleaseExpiredInternalAsync(_clock.GetUtcNow(), cancellationToken);
        await store.ReleaseStraysAsync([.. _handlers.Keys], _clock.GetUtcNow(), cancellationToken);
        var end = _clock.GetUtcNow() + Budget;
        var lanes = _handlers.Keys.ToDictionary(kind => kind, _ => new List<Task>());
        while (true)
        {
            if (_clock.GetUtcNow() < end && !cancellationToken.IsCancellationRequested)
            {
                await FillAsync(lanes, owner, HandleAndCountAsync, cancellationToken);
            }

            Task[] running = [.. lanes.Values.SelectMany(lane => lane)];
            if (running.Length == 0)
            {
                break;
            }

            using var ended = new CancellationTokenSource();
            await Task.WhenAny([.. running, Task.Delay(PollInterval, _clock, ended.Token)]);
            await ended.CancelAsync();
            foreach (var lane in lanes.Values)
            {
                await Task.WhenAll(lane.Where(message => message.IsCompleted));
                lane.RemoveAll(message => message.IsCompleted);
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        return JobReport.Of(handled + retried + dead > 0, ("handled", handled), ("retried", retried), ("dead", dead));

        async Task HandleAndCountAsync(ClaimedMessage message)
        {
            switch (await HandleAsync(message, owner, cancellationToken))
            {
                case OutboxStatus.Sent: Interlocked.Increment(ref handled); break;
                case OutboxStatus.Dead: Interlocked.Increment(ref dead); break;
                case OutboxStatus.Pending: Interlocked.Increment(ref retried); break;
            }
        }
    }

    /// <summary>Claims for the lanes that are at least half empty.</summary>
    private async Task FillAsync(
        Dictionary<string, List<Task>> lanes, string owner, Func<ClaimedMessage, Task> handle, CancellationToken cancellationToken)
    {
        (string Kind, int Room, TimeSpan Lease)[] free =
        [
            .. from lane in lanes
               where lane.Value.Count <= Parallelism / 2
               select (lane.Key, Parallelism - lane.Value.Count, _handlers[lane.Key].Deadline + LeaseMargin),
        ];
        foreach (var message in await store.ClaimDueInternalAsync(owner, free, _clock.GetUtcNow(), cancellationToken))
        {
            lanes[message.Kind].Add(handle(message));
        }
    }

    /// <returns>The status of the message afterwards; null when the app stops, and the message is taken over after its lease.</returns>
    private async Task<string?> HandleAsync(ClaimedMessage message, string owner, CancellationToken cancellationToken)
    {
        await Task.Yield();
        using var activity = SmplatTelemetry.StartMessage("process", message.Kind, message.Id, message.Traceparent);
        var handler = _handlers[message.Kind];
        using var deadline = new CancellationTokenSource(handler.Deadline, _clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            await handler.HandleAsync(message.ToDelivery(), limit.Token);
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested)
        {
            activity.Fail(exception);
            return null;
        }
        catch (DeliveryPausedException paused)
        {
            var now = _clock.GetUtcNow();
            await store.PostponeInternalAsync(message, owner, Redaction.Redact(paused.Message), now + paused.Wait, CancellationToken.None);
            return OutboxStatus.Pending;
        }
        catch (Exception exception)
        {
            activity.Fail(exception);
            return await RetryLaterAsync(
                message, owner, deadline.IsCancellationRequested ? new TimeoutException($"The handler took longer than {handler.Deadline.TotalSeconds:0} s.", exception) : exception);
        }

        await store.FinishInternalAsync(message, owner, OutboxStatus.Sent, null, null, _clock.GetUtcNow(), CancellationToken.None);
        return OutboxStatus.Sent;
    }

    private async Task<string> RetryLaterAsync(ClaimedMessage message, string owner, Exception exception)
    {
        var now = _clock.GetUtcNow();
        var status = message.Attempts >= message.MaxAttempts ? OutboxStatus.Dead : OutboxStatus.Pending;
        var error = Redaction.Redact(exception.Message);
        OutboxLog.InternalFailed(logger, message.Id, message.Kind, message.Attempts, status, error, exception);
        await store.FinishInternalAsync(
            message, owner, status, error, now + Waits.After(message.Attempts), now, CancellationToken.None);
        return status;
    }
}

/// <summary>
/// Handles the <c>internal</c> messages of one kind: how one feature reacts to another's committed change. Register it with
/// <c>services.AddOutboxHandler&lt;T&gt;()</c>.
/// </summary>
public interface IOutboxHandler
{
    /// <summary>The kind that this handler takes. A kind has one handler.</summary>
    string Kind { get; }

    /// <summary>How long one message may take before it is cancelled. Default 40 s.</summary>
    TimeSpan Deadline => TimeSpan.FromSeconds(40);

    /// <summary>
    /// Does the work. After a crash the same message may arrive again, so the work must be idempotent by the message's key.
    /// An exception means "try again later", a <see cref="DeliveryPausedException"/> that nothing was tried at all.
    /// </summary>
    Task HandleAsync(OutboxDelivery delivery, CancellationToken cancellationToken);
}

/// <summary>A handler did not try, because what it needs is failing or busy. The message waits and loses no attempt.</summary>
public sealed class DeliveryPausedException(string message, TimeSpan wait) : Exception(message)
{
    public TimeSpan Wait => wait;
}

/// <summary>Receivers were unavailable during a run. All other messages were handled; the run fails so that operators see it.</summary>
public sealed class ReceiversUnavailableException(IReadOnlyDictionary<string, string> unavailable, int sent)
    : Exception($"{string.Join("; ", unavailable.Select(entry => $"{entry.Key} is unavailable: {entry.Value}"))} ({sent} messages were sent)");

/// <summary>Tells an outage of our own database, which must end a run, from a failure that concerns one message.</summary>
internal static class DatabaseOutage
{
    public static bool Is(Exception exception) =>
        (exception is NpgsqlException && DatabaseErrors.IsOutage(exception))
        || (exception.InnerException is { } inner && Is(inner));
}
