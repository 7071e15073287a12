using System.Text.Json;
using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Merchandising;

/// <summary>How often orders with a bundle's primary product had all of its components.</summary>
internal sealed record BundleAcceptance(string BundleSlug, long SampleSize, long AcceptanceCount, DateTimeOffset? LastAcceptedAt)
{
    public decimal Rate => SampleSize == 0 ? 0 : Math.Round((decimal)AcceptanceCount / SampleSize, 4, MidpointRounding.AwayFromZero);
}

/// <summary>
/// Tables <c>catalog_bundle_acceptance_metrics</c> and <c>catalog_recommendation_cache</c>, and what orders and tasks say about
/// bundles.
/// </summary>
public sealed class RecommendationStore(NpgsqlDataSource database)
{
    private const string CountAcceptance =
        """
        with wanted (bundle, primary_slug) as (select * from unnest(@Bundles::text[], @Primaries::text[])),
        part (bundle, slug) as (select * from unnest(@PartBundles::text[], @PartSlugs::text[])),
        sample (bundle, order_id, created_at) as (
            select distinct wanted.bundle, o.id, o.created_at
            from wanted
            join products p on p.slug = wanted.primary_slug
            join order_items item on item.product_id = p.id
            join orders o on o.id = item.order_id
            where o.source = 'checkout' and o.created_at >= @Since),
        judged (bundle, created_at, is_accepted) as (
            select sample.bundle, sample.created_at, not exists (
                select 1
                from part
                where part.bundle = sample.bundle and not exists (
                    select 1
                    from order_items item
                    join products p on p.id = item.product_id
                    where item.order_id = sample.order_id and p.slug = part.slug))
            from sample)
        select wanted.bundle as bundle_slug, count(judged.bundle) as sample_size,
            count(*) filter (where judged.is_accepted) as acceptance_count,
            max(judged.created_at) filter (where judged.is_accepted) as last_accepted_at
        from wanted
        left join judged on judged.bundle = wanted.bundle
        group by wanted.bundle
        """;

    // In the order of slugs, so that two instances cannot deadlock. A bundle that was deleted meanwhile is left out.
    private const string KeepAcceptance =
        """
        insert into catalog_bundle_acceptance_metrics
            (id, bundle_slug, lookback_days, acceptance_rate, acceptance_count, sample_size, last_accepted_at, computed_at, updated_at)
        select gen_random_uuid(), seen.slug, @Days, seen.rate, seen.accepted, seen.sample, seen.last, @Now, @Now
        from unnest(@Slugs, @Rates, @Accepted, @Samples, @Lasts) as seen (slug, rate, accepted, sample, last)
        where seen.slug in (select bundle_slug from catalog_bundles)
        order by seen.slug
        on conflict (bundle_slug, lookback_days) do update
        set acceptance_rate = excluded.acceptance_rate, acceptance_count = excluded.acceptance_count,
            sample_size = excluded.sample_size, last_accepted_at = excluded.last_accepted_at, computed_at = excluded.computed_at,
            updated_at = excluded.updated_at
        """;

    private const string CountOpenTasks =
        """
        select p.slug, count(*) as count
        from fulfillment_tasks task
        join order_items item on item.id = task.order_item_id
        join products p on p.id = item.product_id
        where task.status in ('pending', 'in_progress') and p.slug = any(@Slugs)
        group by p.slug
        """;

    private const string FindCached =
        """
        select payload::text
        from catalog_recommendation_cache
        where primary_slug = @Slug and expires_at > @Now
        """;

    // A computation that began earlier never replaces a later one.
    private const string KeepCached =
        """
        insert into catalog_recommendation_cache (primary_slug, payload, computed_at, expires_at)
        values (@Slug, @Payload::jsonb, @ComputedAt, @ExpiresAt)
        on conflict (primary_slug) do update
        set payload = excluded.payload, computed_at = excluded.computed_at, expires_at = excluded.expires_at
        where catalog_recommendation_cache.computed_at <= excluded.computed_at
        """;

    private const string DropCached = "delete from catalog_recommendation_cache where primary_slug = @Slug";

    /// <param name="parts">The product slugs of each bundle.</param>
    internal async Task<IReadOnlyList<BundleAcceptance>> CountAcceptanceAsync(
        IReadOnlyDictionary<Bundle, IReadOnlyList<string>> parts, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var pairs = parts.SelectMany(entry => entry.Value.Select(slug => (entry.Key.BundleSlug, Slug: slug))).ToArray();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<BundleAcceptance>(Sql.Command(
            CountAcceptance,
            new
            {
                Bundles = parts.Keys.Select(bundle => bundle.BundleSlug).ToArray(),
                Primaries = parts.Keys.Select(bundle => bundle.PrimaryProductSlug).ToArray(),
                PartBundles = pairs.Select(pair => pair.BundleSlug).ToArray(),
                PartSlugs = pairs.Select(pair => pair.Slug).ToArray(),
                Since = since,
            },
            cancellationToken))).AsList();
    }

    internal async Task KeepAcceptanceAsync(
        IReadOnlyList<BundleAcceptance> counts, int days, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(
            KeepAcceptance,
            new
            {
                Days = days,
                Now = now,
                Slugs = counts.Select(count => count.BundleSlug).ToArray(),
                Rates = counts.Select(count => count.Rate).ToArray(),
                Accepted = counts.Select(count => (int)Math.Min(int.MaxValue, count.AcceptanceCount)).ToArray(),
                Samples = counts.Select(count => (int)Math.Min(int.MaxValue, count.SampleSize)).ToArray(),
                Lasts = counts.Select(count => count.LastAcceptedAt?.UtcDateTime).ToArray(),
            },
            cancellationToken));
    }

    internal async Task<IReadOnlyDictionary<string, long>> CountOpenTasksAsync(string[] productSlugs, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<(string Slug, long Count)>(Sql.Command(
            CountOpenTasks, new { Slugs = productSlugs }, cancellationToken))).ToDictionary(entry => entry.Slug, entry => entry.Count);
    }

    internal async Task<Recommendations?> FindAsync(string slug, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<string?>(Sql.Command(
            FindCached, new { Slug = slug, Now = now }, cancellationToken)) is { } payload
            ? JsonSerializer.Deserialize<Recommendations>(payload)
            : null;
    }

    internal async Task KeepAsync(string slug, Recommendations computed, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(
            KeepCached,
            new { Slug = slug, Payload = JsonSerializer.Serialize(computed), computed.ComputedAt, computed.ExpiresAt },
            cancellationToken));
    }

    internal async Task DropAsync(string slug, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(DropCached, new { Slug = slug }, cancellationToken));
    }
}
