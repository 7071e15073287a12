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
    private static readonly TimeSpan Budget = TimeSpan.FromMinutes(2);

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
/// The lane for handlers in this app: work that one feature asked of another, after the commit. A message that fails waits
/// and is retried.
/// </summary>
public sealed class InternalOutboxJob(
    OutboxStore store, IEnumerable<IOutboxHandler> handlers, TimeProvider clock, ILogger<InternalOutboxJob> logger)
    : OutboxJob(
        new(Id, "Carries out what features asked of one another, after the commit.") { Lease = LeaseTime },
        TimeSpan.FromSeconds(1),
        clock)
{
    public const string Id = "internal-outbox";

    private const int BatchSize = 50;
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(45);

    /// <summary>5 s, 10 s, 20 s … at most 10 minutes.</summary>
    private static readonly Backoff Waits = new(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(10));

    private readonly TimeProvider _clock = clock;
    private readonly Dictionary<string, IOutboxHandler> _handlers = handlers.ToDictionary(handler => handler.Kind);

    public override async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var counts = new Dictionary<string, int> { [OutboxStatus.Sent] = 0, [OutboxStatus.Pending] = 0, [OutboxStatus.Dead] = 0 };
        await DrainAsync(token => HandleBatchAsync(run.Id.ToString("N"), counts, token), cancellationToken);
        return JobReport.Of(
            counts.Values.Any(count => count > 0),
            ("handled", counts[OutboxStatus.Sent]),
            ("retried", counts[OutboxStatus.Pending]),
            ("dead", counts[OutboxStatus.Dead]));
    }

    private async Task<bool> HandleBatchAsync(string owner, Dictionary<string, int> counts, CancellationToken cancellationToken)
    {
        var now = _clock.GetUtcNow();
        var batch = await store.ClaimDueInternalAsync(owner, BatchSize, now, now + LeaseTime, cancellationToken);
        foreach (var message in batch)
        {
            counts[await HandleAsync(message, owner, cancellationToken)]++;
        }

        return batch.Count == BatchSize;
    }

    /// <returns>The status of the message afterwards.</returns>
    private async Task<string> HandleAsync(ClaimedMessage message, string owner, CancellationToken cancellationToken)
    {
        using var activity = SmplatTelemetry.StartMessage("process", message.Kind, message.Id, message.Traceparent);
        try
        {
            if (!_handlers.TryGetValue(message.Kind, out var handler))
            {
                throw new InvalidOperationException($"No handler is registered for messages of kind {message.Kind}.");
            }

            await handler.HandleAsync(message.ToDelivery(), cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            activity.Fail(exception);
            return await RetryLaterAsync(message, owner, exception);
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

    /// <summary>
    /// Does the work. After a crash the same message may arrive again, so the work must be idempotent by the message's key.
    /// An exception means "try again later".
    /// </summary>
    Task HandleAsync(OutboxDelivery delivery, CancellationToken cancellationToken);
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
