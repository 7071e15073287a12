using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Jobs;

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

    /// <summary>A payment became known under these references: handles the events that wait for it.</summary>
    public async Task ReplayAsync(IReadOnlyList<string> references, CancellationToken cancellationToken)
    {
        var seen = new HashSet<string>();
        var current = references;
        // An event can reveal another reference, which other events wait for.
        while (current.Count > 0 && current.Any(seen.Add))
        {
            var known = new List<string>();
            foreach (var payload in await inbox.ListParkedAsync(current, PageSize, cancellationToken))
            {
                var (_, more) = await intake.HandleAsync(Read(payload), cancellationToken);
                known.AddRange(more);
            }

            current = known;
        }
    }

    /// <summary>Retries every parked event, and abandons those that have waited too long.</summary>
    public async Task<(int Applied, int Abandoned)> SweepAsync(CancellationToken cancellationToken)
    {
        var applied = 0;
        foreach (var payload in await inbox.ListParkedAsync(null, PageSize, cancellationToken))
        {
            var (result, known) = await intake.HandleAsync(Read(payload), cancellationToken);
            applied += result == WebhookResult.Applied ? 1 : 0;
            await ReplayAsync(known, cancellationToken);
        }

        var now = clock.GetUtcNow();
        var abandoned = await inbox.AbandonAsync(now.AddHours(-options.CurrentValue.ParkedHours), now, cancellationToken);
        foreach (var (id, type) in abandoned)
        {
            PaymentsLog.EventAbandoned(logger, id, type);
        }

        return (applied, abandoned.Count);
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
