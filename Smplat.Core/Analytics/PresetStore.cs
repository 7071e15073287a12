using System.Text.Json;
using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Analytics;

/// <summary>
/// Daily counts of preset events (closed days from their table, open days from the events) and the alert runs.
/// </summary>
public sealed class PresetStore(NpgsqlDataSource database)
{
    private const string CountEvents =
        """
        select (created_at at time zone 'UTC')::date as day, event_type,
            coalesce(btrim(metadata ->> 'presetId'), '') as preset_id,
            max(metadata ->> 'presetLabel') as preset_label,
            coalesce(btrim(metadata ->> 'source'), '') as source,
            count(*) as count
        from checkout_offer_events
        where event_type = any(@Types) and created_at >= @Since and created_at < @Until
        group by 1, 2, 3, 5
        """;

    private const string ListDaily =
        """
        select metric_date as day, event_type, preset_id, preset_label, source, count
        from preset_event_daily_count
        where metric_date >= @From and metric_date < @Until
        """;

    // A day is closed when it was counted well after its end: by then no event of that day can still be uncommitted.
    private const string FirstOpenDay =
        """
        select min(day)::date
        from generate_series(@From::date, @Until::date, interval '1 day') as day
        where not exists (
            select 1
            from preset_event_daily_metrics m
            where m.metric_date = day::date
                and m.updated_at >= (day + interval '1 day 10 minutes') at time zone 'UTC')
        """;

    private const string ClearDay = "delete from preset_event_daily_count where metric_date = @Day";

    private const string InsertCounts =
        """
        insert into preset_event_daily_count (metric_date, event_type, preset_id, preset_label, source, count)
        select @Day, event_type, preset_id, preset_label, source, count
        from unnest(@Types, @Presets, @Labels, @Sources, @Counts) as counted (event_type, preset_id, preset_label, source, count)
        """;

    private const string UpsertDay =
        """
        insert into preset_event_daily_metrics (
            metric_date, preset_cta_apply_count, preset_configurator_apply_count, preset_configurator_clear_count,
            source_counts, trend_stats, created_at, updated_at)
        values (@Day, @Cta, @Configurator, @Clears, @Sources::jsonb, @Trend::jsonb, @Now, @Now)
        on conflict (metric_date) do update
        set preset_cta_apply_count = excluded.preset_cta_apply_count,
            preset_configurator_apply_count = excluded.preset_configurator_apply_count,
            preset_configurator_clear_count = excluded.preset_configurator_clear_count,
            source_counts = excluded.source_counts, trend_stats = excluded.trend_stats, updated_at = excluded.updated_at
        """;

    private const string InsertAlertRun =
        """
        insert into preset_event_alert_runs (
            id, status, window_start_date, window_days, alerts_sent, alert_codes, summary, error_message, created_at)
        values (@Id, @Status, @WindowStart, @WindowDays, @AlertsSent, @Codes::jsonb, @Summary::jsonb, @Error, @Now)
        """;

    /// <summary>All counts between two days, both inclusive; it writes nothing.</summary>
    public async Task<IReadOnlyList<PresetCount>> ReadAsync(DateOnly from, DateOnly to, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var open = await connection.ExecuteScalarAsync<DateTime?>(Sql.Command(
            FirstOpenDay, new { From = Date(from), Until = Date(to) }, cancellationToken));
        var boundary = open is { } day ? DateOnly.FromDateTime(day) : to.AddDays(1);
        var closed = await connection.QueryAsync<CountRow>(Sql.Command(
            ListDaily, new { From = Date(from), Until = Date(boundary) }, cancellationToken));
        var live = boundary > to ? [] : await connection.QueryAsync<CountRow>(Sql.Command(
            CountEvents, Range(boundary, to), cancellationToken));
        return [.. closed.Concat(live).Select(row => row.ToCount())];
    }

    /// <summary>Counts the events themselves, for the rollup.</summary>
    public async Task<IReadOnlyList<PresetCount>> CountAsync(DateOnly from, DateOnly to, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<CountRow>(Sql.Command(
            CountEvents, Range(from, to), cancellationToken, timeoutSeconds: 300));
        return [.. rows.Select(row => row.ToCount())];
    }

    /// <summary>Replaces the stored counts of one day, in one transaction.</summary>
    public async Task KeepDayAsync(
        TimelineDay day, IReadOnlyList<PresetCount> counts, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var row = new
        {
            Day = Date(day.Date),
            Cta = (int)day.Counts.PresetCtaApply,
            Configurator = (int)day.Counts.PresetConfiguratorApply,
            Clears = (int)day.Counts.PresetConfiguratorClear,
            Sources = JsonSerializer.Serialize(PresetSummaryPolicy.Sources(counts), JsonSerializerOptions.Web),
            Trend = JsonSerializer.Serialize(day.Trend, JsonSerializerOptions.Web),
            Now = now,
        };

        // The row of the day comes first: its lock serializes two runs of the same day.
        await connection.ExecuteAsync(Sql.Command(UpsertDay, row, cancellationToken, transaction));
        await connection.ExecuteAsync(Sql.Command(ClearDay, new { row.Day }, cancellationToken, transaction));
        var kept = new
        {
            row.Day,
            Types = counts.Select(count => count.EventType).ToArray(),
            Presets = counts.Select(count => count.PresetId).ToArray(),
            Labels = counts.Select(count => count.PresetLabel).ToArray(),
            Sources = counts.Select(count => count.Source).ToArray(),
            Counts = counts.Select(count => count.Count).ToArray(),
        };
        await connection.ExecuteAsync(Sql.Command(InsertCounts, kept, cancellationToken, transaction));
        await transaction.CommitAsync(cancellationToken);
    }

    public Task AddAlertRunAsync(PresetAlertRecord run, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(
            InsertAlertRun,
            new
            {
                run.Id,
                run.Status,
                WindowStart = Date(run.WindowStart),
                run.WindowDays,
                run.AlertsSent,
                Codes = JsonSerializer.Serialize(run.Codes),
                run.Summary,
                run.Error,
                run.Now,
            },
            cancellationToken,
            transaction));

    private static object Range(DateOnly from, DateOnly to) => new
    {
        Types = PresetEventType.All,
        Since = new DateTimeOffset(from.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero),
        Until = new DateTimeOffset(to.AddDays(1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero),
    };

    private static DateTime Date(DateOnly day) => day.ToDateTime(TimeOnly.MinValue);

    private sealed record CountRow
    {
        public DateTime Day { get; init; }

        public required string EventType { get; init; }

        public required string PresetId { get; init; }

        public string? PresetLabel { get; init; }

        public required string Source { get; init; }

        public long Count { get; init; }

        public PresetCount ToCount() => new(DateOnly.FromDateTime(Day), EventType, PresetId, PresetLabel, Source, Count);
    }
}
