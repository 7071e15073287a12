using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Core.Platform.Outbox;

/// <summary>
/// Delivers what is due in the outbox. Safe side by side with itself: messages are claimed, and a message whose outcome
/// nobody knows is left to an operator instead of being sent twice.
/// </summary>
public sealed class DeliverOutboxJob(
    DeliveryStore store,
    MessageDelivery delivery,
    MailGateways mail,
    IOptionsMonitor<NotificationOptions> options,
    TimeProvider clock,
    ILogger<DeliverOutboxJob> logger) : IJob
{
    public const string Id = "outbox";

    /// <summary>A pass ends by then, so that a stop or a changed setting is noticed under load too.</summary>
    private static readonly TimeSpan Budget = TimeSpan.FromMinutes(2);

    public JobDefinition Definition { get; } = new(Id, "Delivers the mails and Slack messages of the outbox.");

    public bool IsEnabled => true;

    public TimeSpan Spacing => TimeSpan.FromSeconds(10);

    public async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var pass = new SenderPass();
        var tally = new int[Enum.GetValues<DeliveryVerdict>().Length];
        var end = clock.GetUtcNow() + Budget;
        var rescued = await store.RescueExpiredAsync(DeliveryPolicy.RescueLimit, clock.GetUtcNow(), cancellationToken);
        if (rescued != default)
        {
            NotificationLog.Rescued(logger, rescued.Requeued, rescued.Dead);
        }

        try
        {
            while (await DeliverBatchAsync(pass, tally, cancellationToken) && clock.GetUtcNow() < end)
            {
            }
        }
        finally
        {
            await mail.ReleaseAsync();
            await store.GiveBackAsync(pass.Owner, CancellationToken.None);
        }

        if (pass.Away.Count > 0)
        {
            throw new ReceiversAwayException(pass.Away, tally[(int)DeliveryVerdict.Sent]);
        }

        return Report(tally, rescued);
    }

    /// <returns>False when nothing more is due.</returns>
    private async Task<bool> DeliverBatchAsync(SenderPass pass, int[] tally, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        var now = clock.GetUtcNow();
        var lease = now + TimeSpan.FromSeconds(settings.LeaseSeconds);
        var batch = await store.ClaimDueAsync(pass.Owner, settings.BatchSize, now, lease, cancellationToken);
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = settings.Parallelism,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForEachAsync(batch, parallel, async (message, token) =>
        {
            var verdict = await delivery.DeliverAsync(message, pass, token);
            Interlocked.Increment(ref tally[(int)verdict]);
        });
        return batch.Count > 0;
    }

    private static JobReport Report(int[] tally, (int Requeued, int Dead) rescued)
    {
        var summary = Enum.GetValues<DeliveryVerdict>()
            .ToDictionary(verdict => verdict.ToString().ToLowerInvariant(), verdict => (object?)tally[(int)verdict]);
        summary["rescued"] = rescued.Requeued + rescued.Dead;
        return new(tally.Any(count => count > 0) || rescued != default, summary);
    }
}
