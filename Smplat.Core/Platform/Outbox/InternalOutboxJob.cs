using Microsoft.Extensions.Logging;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Resilience;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Platform.Outbox;

/// <summary>Hands internal messages to their handlers until none is due. A failing one waits and is tried again.</summary>
public sealed class InternalOutboxJob(
    InternalOutboxStore store,
    IEnumerable<IOutboxHandler> handlers,
    TimeProvider clock,
    ILogger<InternalOutboxJob> logger) : IJob
{
    public const string Id = "internal-outbox";

    private const int BatchSize = 50;
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan Budget = TimeSpan.FromMinutes(2);

    /// <summary>5 s, 10 s, 20 s … at most 10 minutes.</summary>
    private static readonly Backoff Waits = new(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(10));

    private readonly Dictionary<string, IOutboxHandler> _handlers = handlers.ToDictionary(handler => handler.Kind);

    public JobDefinition Definition { get; } = new(Id, "Carries out what features asked of one another, after the commit.")
    {
        Lease = TimeSpan.FromSeconds(45),
    };

    public bool IsEnabled => true;

    public TimeSpan Spacing => TimeSpan.FromSeconds(1);

    public async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var owner = run.Id.ToString("N");
        var (handled, retried, dead) = (0, 0, 0);
        while (clock.GetUtcNow() - run.StartedAt < Budget)
        {
            var batch = await store.ClaimDueAsync(owner, BatchSize, clock.GetUtcNow(), Lease, cancellationToken);
            foreach (var message in batch)
            {
                switch (await HandleAsync(message, owner, cancellationToken))
                {
                    case "sent": handled++; break;
                    case "dead": dead++; break;
                    default: retried++; break;
                }
            }

            if (batch.Count < BatchSize)
            {
                break;
            }
        }

        return JobReport.Of(handled + retried + dead > 0, ("handled", handled), ("retried", retried), ("dead", dead));
    }

    private async Task<string> HandleAsync(InternalMessage message, string owner, CancellationToken cancellationToken)
    {
        using var activity = SmplatTelemetry.StartMessage("process", message.Kind, message.Id, message.Traceparent);
        try
        {
            if (!_handlers.TryGetValue(message.Kind, out var handler))
            {
                throw new InvalidOperationException($"No handler takes messages of kind {message.Kind}.");
            }

            await handler.HandleAsync(message.ToDelivery(), cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            activity.Fail(exception);
            return await PutOffAsync(message, owner, exception);
        }

        await store.FinishAsync(message, owner, "sent", null, null, clock.GetUtcNow(), CancellationToken.None);
        return "sent";
    }

    private async Task<string> PutOffAsync(InternalMessage message, string owner, Exception exception)
    {
        var now = clock.GetUtcNow();
        var status = message.Attempts >= message.MaxAttempts ? "dead" : "pending";
        var error = Redaction.Redact(exception.Message);
        InternalOutboxLog.Failed(logger, message.Id, message.Kind, message.Attempts, status, error, exception);
        await store.FinishAsync(message, owner, status, error, now + Waits.After(message.Attempts), now, CancellationToken.None);
        return status;
    }
}
