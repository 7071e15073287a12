using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Platform.Observability;

/// <summary>The tables <c>metric_counter</c> and <c>metric_fact</c>.</summary>
public sealed class CounterStore(NpgsqlDataSource database)
{
    // Additive, and ordered by key, so that instances neither overwrite each other nor deadlock.
    private const string AddCounters =
        """
        insert into metric_counter (name, labels_hash, labels, value)
        select name, labels_hash, labels::jsonb, value
        from unnest(@Names, @Hashes, @Labels, @Values) as added (name, labels_hash, labels, value)
        order by name, labels_hash
        on conflict (name, labels_hash) do update
        set value = metric_counter.value + excluded.value, updated_at = now()
        """;

    private const string UpsertFacts =
        """
        insert into metric_fact (name, value)
        select name, value::jsonb
        from unnest(@Names, @Values) as noted (name, value)
        order by name
        on conflict (name) do update
        set value = excluded.value, updated_at = now()
        """;

    private const string ReadCounters =
        """
        select name, labels::text, value
        from metric_counter
        where starts_with(name, @Prefix)
        order by name, labels_hash
        """;

    private const string ReadFacts = "select name, value::text from metric_fact where starts_with(name, @Prefix)";

    public async Task AddAsync(
        IReadOnlyDictionary<CounterKey, double> counters,
        IReadOnlyDictionary<string, string> facts,
        CancellationToken cancellationToken)
    {
        if (counters.Count == 0 && facts.Count == 0)
        {
            return;
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (counters.Count > 0)
        {
            await connection.ExecuteAsync(Sql.Command(
                AddCounters,
                new
                {
                    Names = counters.Keys.Select(key => key.Name).ToArray(),
                    Hashes = counters.Keys.Select(key => key.LabelsHash).ToArray(),
                    Labels = counters.Keys.Select(key => key.Labels).ToArray(),
                    Values = counters.Values.ToArray(),
                },
                cancellationToken,
                transaction));
        }

        if (facts.Count > 0)
        {
            await connection.ExecuteAsync(Sql.Command(
                UpsertFacts,
                new { Names = facts.Keys.ToArray(), Values = facts.Values.ToArray() },
                cancellationToken,
                transaction));
        }

        await transaction.CommitAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<CounterValue>> ReadAsync(string prefix, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<CounterValue>(Sql.Command(
            ReadCounters, new { Prefix = prefix }, cancellationToken))).AsList();
    }

    public async Task<IReadOnlyDictionary<string, string>> ReadFactsAsync(string prefix, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<(string Name, string Value)>(Sql.Command(
            ReadFacts, new { Prefix = prefix }, cancellationToken));
        return rows.ToDictionary(row => row.Name, row => row.Value);
    }
}
