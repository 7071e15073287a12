using System.Text.Json;
using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Onboarding;

/// <summary>Read model of the operators' pages of journeys, over tables of several features.</summary>
public sealed class JourneyQueryStore(NpgsqlDataSource database)
{
    private const string SummaryColumns =
        """
        j.id as journey_id, j.order_id, o.order_number, j.status, j.progress_percentage, j.referral_code, j.started_at, j.updated_at,
        (select max(i.created_at) from onboarding_interactions i where i.journey_id = j.id) as last_interaction_at,
        (select count(*) from onboarding_tasks t where t.journey_id = j.id) as total_tasks,
        (select count(*) from onboarding_tasks t where t.journey_id = j.id and t.status = 'completed') as completed_tasks,
        (select count(*) from onboarding_tasks t where t.journey_id = j.id and t.status <> 'completed' and t.due_at < @Now) as overdue_tasks,
        (select count(*) from onboarding_artifacts a where a.journey_id = j.id and a.required and a.received_at is null) as awaiting_artifacts
        """;

    // Every filter is applied before the limit. Texts are compared case-insensitively, and wildcards in them are literal.
    private const string List =
        $"""
        select {SummaryColumns}
        from onboarding_journeys j
        join orders o on o.id = j.order_id
        where (cardinality(@Statuses) = 0 or j.status = any(@Statuses))
            and (@Stalled::boolean is null or (j.status = 'stalled') = @Stalled)
            and (@Referrals::boolean is null or (coalesce(j.referral_code, '') <> '') = @Referrals)
            and (@Search::text is null
                or strpos(lower(coalesce(j.referral_code, '')), lower(@Search)) > 0
                or strpos(lower(o.order_number), lower(@Search)) > 0)
            and ((@Slug::text is null and @Variant::text is null) or exists (
                select 1
                from onboarding_pricing_segment s
                where s.journey_id = j.id
                    and (@Slug::text is null or lower(s.slug) = lower(@Slug))
                    and (@Variant::text is null or lower(s.variant_key) = lower(@Variant))))
        order by j.started_at desc nulls last, j.id
        limit @Limit
        """;

    private const string Find =
        $"select {SummaryColumns} from onboarding_journeys j join orders o on o.id = j.order_id where j.id = @Id";

    private const string ListSegments =
        """
        select journey_id, slug, variant_key, variant_name, is_control, assignment_strategy, status, feature_flag_key, recorded_at
        from onboarding_pricing_segment
        where journey_id = any(@Ids)
        order by recorded_at desc, slug, variant_key
        """;

    private const string Aggregate =
        """
        select count(*) as total,
            count(*) filter (where status = 'active') as active,
            count(*) filter (where status = 'stalled') as stalled,
            count(*) filter (where status = 'completed') as completed,
            count(*) filter (where coalesce(referral_code, '') <> '') as with_referrals
        from onboarding_journeys
        """;

    private const string ListInteractions =
        """
        select id, actor_type, channel, summary, details, created_at, metadata::text
        from onboarding_interactions
        where journey_id = @Id
        order by created_at desc, id desc
        limit 50
        """;

    // Ordered by the newest order of each provider; each item appears once.
    private const string ListProviders =
        """
        select p.provider_id, max(p.provider_name) as provider_name, p.order_item_id, i.product_title,
            max(max(p.created_at)) over (partition by p.provider_id) as newest
        from fulfillment_provider_orders p
        join order_items i on i.id = p.order_item_id
        where p.order_id = @OrderId
        group by p.provider_id, p.order_item_id, i.product_title
        order by newest desc, p.provider_id, i.product_title
        """;

    public async Task<(IReadOnlyList<JourneySummary> Summaries, JourneyAggregates Aggregates)> ListAsync(
        ListJourneys query, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = (await connection.QueryAsync<JourneySummary>(Sql.Command(
            List,
            new
            {
                Statuses = query.Statuses.ToArray(),
                query.Stalled,
                query.Referrals,
                query.Search,
                Slug = query.ExperimentSlug,
                Variant = query.ExperimentVariant,
                query.Limit,
                Now = now,
            },
            cancellationToken))).AsList();
        var aggregates = await connection.QuerySingleAsync<JourneyAggregates>(Sql.Command(Aggregate, null, cancellationToken));
        return (await WithSegmentsAsync(connection, rows, cancellationToken), aggregates);
    }

    public async Task<JourneySummary?> FindAsync(Guid journeyId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<JourneySummary>(Sql.Command(
            Find, new { Id = journeyId, Now = now }, cancellationToken));
        return row is null ? null : (await WithSegmentsAsync(connection, [row], cancellationToken))[0];
    }

    public async Task<IReadOnlyList<InteractionRow>> ListInteractionsAsync(Guid journeyId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<(Guid Id, string Actor, string Channel, string? Summary, string? Details, DateTimeOffset At, string Metadata)>(
            Sql.Command(ListInteractions, new { Id = journeyId }, cancellationToken));
        return
        [
            .. rows.Select(row => new InteractionRow(
                row.Id, row.Actor, row.Channel, row.Summary, row.Details, row.At, JsonSerializer.Deserialize<JsonElement>(row.Metadata))),
        ];
    }

    public async Task<IReadOnlyList<ProviderReference>> ListProvidersAsync(Guid orderId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<(string ProviderId, string? Name, Guid ItemId, string Title, DateTimeOffset Newest)>(
            Sql.Command(ListProviders, new { OrderId = orderId }, cancellationToken));
        return
        [
            .. rows.GroupBy(row => row.ProviderId).Select(group => new ProviderReference(
                group.Key,
                group.First().Name,
                [.. group.Select(row => new ProviderItem(row.ItemId, row.Title))],
                null)),
        ];
    }

    private static async Task<IReadOnlyList<JourneySummary>> WithSegmentsAsync(
        NpgsqlConnection connection, IReadOnlyList<JourneySummary> rows, CancellationToken cancellationToken)
    {
        var segments = (await connection.QueryAsync<SegmentRow>(Sql.Command(
            ListSegments, new { Ids = rows.Select(row => row.JourneyId).ToArray() }, cancellationToken)))
            .ToLookup(segment => segment.JourneyId);
        return [.. rows.Select(row => row with { PricingExperiments = [.. segments[row.JourneyId]] })];
    }
}
