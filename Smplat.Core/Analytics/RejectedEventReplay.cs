using System.Text;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Analytics;

/// <summary>
/// Puts rejected events through the present rules again. Each keeps the id that it was given when it was rejected, so a
/// replay that is repeated or interrupted stores nothing twice.
/// </summary>
public sealed class RejectedEventReplay(
    RejectedEventStore store,
    OfferEventParser parser,
    OfferEventCommit commit,
    IOptionsMonitor<AnalyticsOptions> options,
    TimeProvider clock)
{
    private const int PageSize = 200;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <param name="code">Only events that were rejected for this reason; null for all.</param>
    /// <param name="limit">Most events to try.</param>
    public async Task<ReplayReport> RunAsync(string? code, int limit, CancellationToken cancellationToken)
    {
        var report = new ReplayReport(0, 0, 0, 0);
        (DateTimeOffset, Guid)? after = null;
        while (report.Tried < limit)
        {
            var page = await store.ListAsync(
                "waiting", code, after, Math.Min(PageSize, limit - report.Tried), cancellationToken);
            if (page.Count == 0)
            {
                break;
            }

            report += await ReplayAsync(page, cancellationToken);
            after = (page[^1].FirstSeenAt, page[^1].Id);
        }

        return report;
    }

    private async Task<ReplayReport> ReplayAsync(IReadOnlyList<RejectedEventRow> page, CancellationToken cancellationToken)
    {
        var rules = new OfferEventRules(options.CurrentValue);
        var sound = new List<(Guid RowId, OfferEvent Event)>();
        var refused = new List<(Guid, RejectedEvent)>();
        foreach (var row in page.Where(row => row.Payload is not null))
        {
            var naming = OfferEventNaming.Of(row.Naming);
            var item = Parse(row, naming, rules);
            if (item.Event is { } taken)
            {
                sound.Add((row.Id, taken));
            }
            else
            {
                refused.Add((row.Id, RejectedEvent.Of(item, item.Errors, naming, rules)));
            }
        }

        var accepted = await StoreAsync(sound, cancellationToken);
        if (refused.Count > 0)
        {
            await store.MarkRefusedAgainAsync(refused, cancellationToken);
        }

        return new ReplayReport(page.Count, accepted, sound.Count - accepted, page.Count - sound.Count);
    }

    private async Task<int> StoreAsync(List<(Guid RowId, OfferEvent Event)> sound, CancellationToken cancellationToken)
    {
        if (sound.Count == 0)
        {
            return 0;
        }

        var write = new OfferEventWrite(sound.ConvertAll(entry => entry.Event), clock.GetUtcNow() + Patience);
        await commit.StoreAsync([write], cancellationToken);
        var stored = sound.Where((_, index) => write.Verdicts[index].Status != VerdictStatus.Rejected).ToArray();
        await store.MarkReplayedAsync(stored.Select(entry => entry.RowId).ToArray(), clock.GetUtcNow(), cancellationToken);
        return stored.Length;
    }

    private OfferEventItem Parse(RejectedEventRow row, OfferEventNaming naming, OfferEventRules rules)
    {
        var raw = Encoding.UTF8.GetBytes(row.Payload!);
        try
        {
            // The key stands in for an id that the event lacks, and is the id itself: a UUID stays what it is.
            return parser.Parse(raw, naming, rules, row.EventId.ToString("D")).Items[0];
        }
        catch (InvalidInputException exception)
        {
            return new OfferEventItem(row.EventId, null, exception.Errors, raw);
        }
    }
}
