using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Smplat.Core.Payments;

/// <summary>Events that came before their payment was known.</summary>
public sealed class ParkedEvents(
    WebhookStore inbox,
    EventIntake intake,
    IOptionsMonitor<PaymentsOptions> options,
    TimeProvider clock,
    ILogger<ParkedEvents> logger)
{
    private const int PageSize = 100;

    /// <summary>A payment became known under these names: what waits for it is handled now.</summary>
    public async Task ReplayAsync(IReadOnlyList<string> references, CancellationToken cancellationToken)
    {
        var seen = new HashSet<string>();
        var names = references;
        // An event can make a further name known, for which others wait.
        while (names.Count > 0 && names.Any(seen.Add))
        {
            var known = new List<string>();
            foreach (var payload in await inbox.ListParkedAsync(names, PageSize, cancellationToken))
            {
                var (_, more) = await intake.TakeAsync(Read(payload), cancellationToken);
                known.AddRange(more);
            }

            names = known;
        }
    }

    /// <summary>Tries everything that is parked, and gives up what has waited too long.</summary>
    public async Task<(int Applied, int Abandoned)> SweepAsync(CancellationToken cancellationToken)
    {
        var applied = 0;
        foreach (var payload in await inbox.ListParkedAsync(null, PageSize, cancellationToken))
        {
            var (result, known) = await intake.TakeAsync(Read(payload), cancellationToken);
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
        ?? throw new InvalidOperationException("A parked event is no event.");
}
