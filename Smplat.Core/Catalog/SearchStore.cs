using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Catalog;

/// <summary>Tables <c>catalog_search_count</c> and <c>catalog_search_recent</c>.</summary>
public sealed class SearchStore(NpgsqlDataSource database)
{
    /// <summary>Values kept per kind: the most frequent ones, and in addition those seen last.</summary>
    public const int Frequent = 4_000;
    public const int Latest = 1_000;

    public const int Recent = 25;

    // Additive, so that instances do not overwrite each other; always in the same order, so that they do not deadlock.
    private const string AddCounts =
        """
        insert into catalog_search_count (kind, value, count, last_seen_at)
        select kind, value, count, @Now
        from unnest(@Kinds, @Values, @Counts) as seen (kind, value, count)
        order by kind, value
        on conflict (kind, value) do update
        set count = catalog_search_count.count + excluded.count, last_seen_at = excluded.last_seen_at
        """;

    private const string AddRecent =
        """
        insert into catalog_search_recent (query, category, sort, results_count, recorded_at)
        select query, category, sort, results_count, recorded_at
        from unnest(@Queries, @Categories, @Sorts, @Results, @Times) as seen (query, category, sort, results_count, recorded_at)
        """;

    private const string TrimRecent =
        """
        delete from catalog_search_recent
        where id < (select min(id) from (select id from catalog_search_recent order by id desc limit @Recent) as kept)
        """;

    // A flood of made-up queries displaces neither the frequent queries nor, at once, the latest real ones.
    private const string TrimCounts =
        """
        delete from catalog_search_count
        where kind = @Kind
            and (select count(*) from catalog_search_count where kind = @Kind) > @Frequent + @Latest
            and value not in (
                select value from catalog_search_count where kind = @Kind order by count desc, last_seen_at desc limit @Frequent)
            and value not in (
                select value from catalog_search_count where kind = @Kind order by last_seen_at desc limit @Latest)
        """;

    // A kind has a few thousand values at most, so one statement is short enough.
    private const string ForgetCounts = "delete from catalog_search_count where last_seen_at < @Before";

    private const string ForgetRecent = "delete from catalog_search_recent where recorded_at < @Before";

    private const string ListTop =
        """
        select top.kind, top.value, top.count
        from (values ('category'), ('sort'), ('query'), ('zero_result_query')) as kinds (kind)
        cross join lateral (
            select kind, value, count
            from catalog_search_count
            where kind = kinds.kind
            order by count desc, value
            limit @Limit) as top
        """;

    private const string ListRecent =
        """
        select query, category, sort, results_count, recorded_at
        from catalog_search_recent
        order by id desc
        limit @Recent
        """;

    // Searches that were made since are counted with them, and stay.
    private const string ForgetSample =
        """
        with gone as (
            select kind, value
            from (values ('category', @Category), ('sort', @Sort), ('query', @Query),
                ('zero_result_query', case when @results = 0 then @Query end)) as term (kind, value)
            where value is not null
        ),
        removed as (
            delete from catalog_search_count entry using gone
            where entry.kind = gone.kind and entry.value = gone.value and entry.count <= @times
        ),
        recent as (
            delete from catalog_search_recent
            where id in (
                select id from catalog_search_recent
                where query is not distinct from @Query and category = @Category and sort = @Sort and results_count = @results
                order by id
                limit @times)
        )
        update catalog_search_count entry
        set count = entry.count - @times
        from gone
        where entry.kind = gone.kind and entry.value = gone.value and entry.count > @times
        """;

    /// <summary>Takes searches of the sample data out of the counts and the list.</summary>
    internal async Task ForgetSampleAsync(SearchTerms terms, int results, int times, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(
            ForgetSample, new { terms.Query, terms.Category, terms.Sort, results, times = (long)times }, cancellationToken));
    }

    public async Task AddAsync(
        IReadOnlyList<ValueCount> counts, IReadOnlyList<SeenSearch> recent, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(
            AddCounts,
            new
            {
                Kinds = counts.Select(entry => entry.Kind).ToArray(),
                Values = counts.Select(entry => entry.Value).ToArray(),
                Counts = counts.Select(entry => entry.Count).ToArray(),
                Now = now,
            },
            cancellationToken,
            transaction));
        await connection.ExecuteAsync(Sql.Command(
            AddRecent,
            new
            {
                Queries = recent.Select(entry => entry.Query).ToArray(),
                Categories = recent.Select(entry => entry.Category).ToArray(),
                Sorts = recent.Select(entry => entry.Sort).ToArray(),
                Results = recent.Select(entry => entry.ResultsCount).ToArray(),
                Times = recent.Select(entry => entry.RecordedAt.UtcDateTime).ToArray(),
            },
            cancellationToken,
            transaction));
        await connection.ExecuteAsync(Sql.Command(TrimRecent, new { Recent }, cancellationToken, transaction));
        await transaction.CommitAsync(cancellationToken);
    }

    public async Task TrimAsync(string kind, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(TrimCounts, new { Kind = kind, Frequent, Latest }, cancellationToken));
    }

    /// <summary>Deletes values and searches last seen before a time; returns how many were deleted.</summary>
    public async Task<int> ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(ForgetCounts, new { Before = before }, cancellationToken))
            + await connection.ExecuteAsync(Sql.Command(ForgetRecent, new { Before = before }, cancellationToken));
    }

    public async Task<IReadOnlyList<ValueCount>> ListTopAsync(int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<ValueCount>(Sql.Command(ListTop, new { Limit = limit }, cancellationToken))).AsList();
    }

    public async Task<IReadOnlyList<SeenSearch>> ListRecentAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<SeenSearch>(Sql.Command(ListRecent, new { Recent }, cancellationToken))).AsList();
    }
}

/// <summary>One of the latest searches.</summary>
public sealed record SeenSearch(string? Query, string Category, string Sort, int ResultsCount, DateTimeOffset RecordedAt);

/// <summary>How often a value of a kind was seen.</summary>
/// <param name="Kind"><c>category</c>, <c>sort</c>, <c>query</c> or <c>zero_result_query</c>.</param>
public sealed record ValueCount(string Kind, string Value, long Count);
