using Smplat.Core.Operators;
using Smplat.Core.Platform.Outbox;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>The outbox: what waits, what went out, what was suppressed or given up.</summary>
internal static class OutboxBoard
{
    internal static Markup Render(OutboxOverview reading, DateTimeOffset now)
    {
        var counts = reading.Statuses.ToDictionary(status => status.Label, status => status.Count);
        var dead = counts.GetValueOrDefault(OutboxStatus.Dead);
        return Markup.Of(
            $"""
            {OpsParts.Tiles(
                OpsParts.Tile(
                    "Waiting",
                    OpsText.Count(counts.GetValueOrDefault(OutboxStatus.Pending)),
                    reading.OldestDueAt is { } oldest ? $"oldest due for {OpsText.Span(now - oldest)}" : null),
                OpsParts.Tile("Being sent", OpsText.Count(counts.GetValueOrDefault(OutboxStatus.Sending))),
                OpsParts.Tile("Sent", OpsText.Count(counts.GetValueOrDefault(OutboxStatus.Sent))),
                OpsParts.Tile("Suppressed", OpsText.Count(counts.GetValueOrDefault(OutboxStatus.Suppressed)), "on purpose"),
                OpsParts.Tile("Given up", OpsText.Count(dead), null, dead > 0 ? "bad" : ""))}
            {OpsParts.Table(
                "Messages of the last 7 days by kind",
                ["Kind", .. OutboxStatus.All.Select(status => "#" + status)],
                reading.Outcomes.GroupBy(row => row.First).Select(kind => Row(kind.Key, kind)),
                "No message was made in this time.")}
            """);
    }

    private static Markup[] Row(string kind, IEnumerable<PairCount> rows)
    {
        var counts = rows.ToDictionary(row => row.Second, row => row.Count);
        return [OpsParts.Code(kind), .. OutboxStatus.All.Select(status => Markup.Of($"{OpsText.Count(counts.GetValueOrDefault(status))}"))];
    }
}
