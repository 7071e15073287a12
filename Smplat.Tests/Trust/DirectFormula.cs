using System.Text.Json;
using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;
using Smplat.Core.Trust;

namespace Smplat.Tests.Trust;

/// <summary>
/// A second implementation of the contract's formulas, over all rows and without the rollup: every reading must equal it.
/// </summary>
internal sealed class DirectFormula
{
    private readonly List<Row> _rows;

    private DirectFormula(List<Row> rows) => _rows = rows;

    public static async Task<DirectFormula> ReadAsync(NpgsqlDataSource database)
    {
        await using var connection = await database.OpenConnectionAsync();
        var rows = await connection.QueryAsync<Row>(Sql.Command(
            """
            select t.status, t.scheduled_at, t.due_at, t.first_started_at, t.started_at, t.completed_at, t.created_at,
                t.result::text as result, o.created_at as placed_at, p.slug, i.product_title
            from fulfillment_tasks t
            join order_items i on i.id = t.order_item_id
            join orders o on o.id = i.order_id
            left join products p on p.id = i.product_id
            """,
            null,
            CancellationToken.None));
        return new(rows.AsList());
    }

    public (double? Value, long Sample) Of(string metricId, DateTimeOffset now) => metricId switch
    {
        "fulfillment_sla_on_time_pct" => OnTime(_rows),
        "fulfillment_sla_on_time_completed_pct" => OnTime(_rows.Where(row => row.Status == "completed")),
        "first_response_minutes" => Mean(_rows
            .Where(row => row.Responded is not null)
            .Select(row => (row.Responded!.Value - row.PlacedAt).TotalMinutes)
            .Where(minutes => minutes >= 0)),
        "nps_trailing_30d" => Mean(Scores(now)),
        "nps_promoter_score_30d" => Promoters([.. Scores(now).Where(score => score is >= 0 and <= 10)]),
        "fulfillment_backlog_minutes" => Backlog(now),
        "fulfillment_backlog_total_minutes" => (Backlog(now).Value ?? 0, Backlog(now).Sample),
        _ => throw new ArgumentException(metricId),
    };

    /// <summary>How long completed tasks took, in minutes, by product, sorted.</summary>
    public Dictionary<string, double[]> Durations(DateTimeOffset now) => _rows
        .Where(row => row.Status == "completed" && row.CompletedAt >= now.AddHours(-720) && (row.StartedAt ?? row.ScheduledAt) is not null)
        .Select(row => (Sku: SkuName.From(row.Slug, row.ProductTitle), Took: row.CompletedAt!.Value - (row.StartedAt ?? row.ScheduledAt)!.Value))
        .Where(task => task.Took >= TimeSpan.Zero)
        .GroupBy(task => task.Sku)
        .ToDictionary(group => group.Key, group => group.Select(task => task.Took.TotalSeconds / 60).Order().ToArray());

    private static (double? Value, long Sample) OnTime(IEnumerable<Row> rows)
    {
        var due = rows.Where(row => row is { CompletedAt: not null, Due: not null }).ToList();
        return (due.Count == 0 ? null : (double)due.Count(row => row.CompletedAt <= row.Due) / due.Count, due.Count);
    }

    private static (double? Value, long Sample) Mean(IEnumerable<double> values)
    {
        var list = values.ToList();
        return (list.Count == 0 ? null : list.Average(), list.Count);
    }

    private static (double? Value, long Sample) Promoters(List<double> scores) => (
        scores.Count == 0 ? null : 100d * (scores.Count(score => score >= 9) - scores.Count(score => score <= 6)) / scores.Count,
        scores.Count);

    private (double? Value, long Sample) Backlog(DateTimeOffset now)
    {
        var open = _rows.Where(row => row.Status is "pending" or "in_progress").Select(row => row.ScheduledAt ?? row.CreatedAt).ToList();
        var overdue = open.Where(anchor => anchor < now).Select(anchor => (now - anchor).TotalMinutes).ToList();
        return (overdue.Count == 0 ? null : overdue.Sum(), open.Count);
    }

    private IEnumerable<double> Scores(DateTimeOffset now) =>
        from row in _rows
        where row.CompletedAt >= now.AddHours(-720) && row.Result is not null
        let result = JsonDocument.Parse(row.Result!).RootElement
        where result.ValueKind == JsonValueKind.Object
            && result.TryGetProperty("nps_score", out var score) && score.ValueKind == JsonValueKind.Number
        select result.GetProperty("nps_score").GetDouble();

    private sealed record Row
    {
        public required string Status { get; init; }

        public DateTimeOffset? ScheduledAt { get; init; }

        public DateTimeOffset? DueAt { get; init; }

        public DateTimeOffset? FirstStartedAt { get; init; }

        public DateTimeOffset? StartedAt { get; init; }

        public DateTimeOffset? CompletedAt { get; init; }

        public DateTimeOffset CreatedAt { get; init; }

        public string? Result { get; init; }

        public DateTimeOffset PlacedAt { get; init; }

        public string? Slug { get; init; }

        public string? ProductTitle { get; init; }

        public DateTimeOffset? Due => DueAt ?? ScheduledAt;

        public DateTimeOffset? Responded => FirstStartedAt ?? StartedAt;
    }
}
