using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Payments;

/// <summary>Events that arrived before their payment was known. They wait until it is, or until they are abandoned.</summary>
public sealed class ParkedEvents(
    WebhookStore inbox,
    EventIntake intake,
    IOptionsMonitor<PaymentsOptions> options,
    TimeProvider clock,
    ILogger<ParkedEvents> logger)
{
    private const int PageSize = 100;

    /// <summary>Events of one sweep; the next one goes on where it ended.</summary>
    private const int MaxPages = 50;

    private ParkedEvent? _last;

    /// <summary>A payment became known under these references: handles the events that wait for it.</summary>
    public async Task ReplayAsync(IReadOnlyList<string> references, CancellationToken cancellationToken)
    {
        var seen = new HashSet<string>();
        var current = references;
        // An event can reveal another reference, which other events wait for.
        while (current.Count > 0 && current.Any(seen.Add))
        {
            var known = new List<string>();
            foreach (var waiting in await inbox.ListParkedAsync(current, PageSize, cancellationToken))
            {
                var (_, more) = await TryHandleAsync(waiting, cancellationToken);
                known.AddRange(more);
            }

            current = known;
        }
    }

    /// <summary>Retries every parked event, and abandons those that have waited too long.</summary>
    public async Task<(int Applied, int Abandoned)> SweepAsync(CancellationToken cancellationToken)
    {
        var applied = 0;
        for (var page = 0; page < MaxPages; page++)
        {
            var waiting = await inbox.ListParkedAfterAsync(_last, PageSize, cancellationToken);
            foreach (var one in waiting)
            {
                var (isApplied, known) = await TryHandleAsync(one, cancellationToken);
                applied += isApplied ? 1 : 0;
                await ReplayAsync(known, cancellationToken);
            }

            _last = waiting.Count == PageSize ? waiting[^1] : null;
            if (_last is null)
            {
                break;
            }
        }

        var now = clock.GetUtcNow();
        var abandoned = await inbox.AbandonAsync(now.AddHours(-options.CurrentValue.ParkedHours), now, cancellationToken);
        foreach (var (id, type) in abandoned)
        {
            PaymentsLog.EventAbandoned(logger, id, type);
        }

        return (applied, abandoned.Count);
    }

    /// <summary>One event that fails keeps none of the others from their turn.</summary>
    private async Task<(bool IsApplied, IReadOnlyList<string> Known)> TryHandleAsync(
        ParkedEvent waiting, CancellationToken cancellationToken)
    {
        var message = Read(waiting.Payload);
        try
        {
            var (result, known) = await intake.HandleAsync(message, cancellationToken);
            return (result == WebhookResult.Applied, known);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && !DatabaseErrors.IsOutage(exception))
        {
            PaymentsLog.EventFailed(logger, message.Id, message.Type, Redaction.Redact(exception.Message), exception);
            return (false, []);
        }
    }

    private StripeEvent Read(string payload) => StripeEvent.Read(Encoding.UTF8.GetBytes(payload), clock.GetUtcNow())
        ?? throw new InvalidOperationException("A parked payload is not an event.");
}

/// <summary>Retries parked events, in case their payments are known by now.</summary>
public sealed class ParkedEventsJob(ParkedEvents parked) : IJob
{
    public const string Id = "payment-events-parked";

    public JobDefinition Definition { get; } = new(Id, "Handles payment events that arrived before their payment was known.");

    public bool IsEnabled => true;

    public TimeSpan Spacing => TimeSpan.FromSeconds(30);

    public async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var (applied, abandoned) = await parked.SweepAsync(cancellationToken);
        return JobReport.Of(applied + abandoned > 0, ("applied", applied), ("abandoned", abandoned));
    }
}
