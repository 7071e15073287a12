using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Operators;

/// <summary>Table <c>key_use</c>.</summary>
public sealed class KeyUseStore(NpgsqlDataSource database)
{
    // Adds to the counts, always in the same order of keys, so that instances neither overwrite nor deadlock each other.
    private const string Add =
        """
        insert into key_use (day, key_name, fingerprint, scope, outcome, uses, first_used_at, last_used_at)
        select day, key_name, fingerprint, scope, outcome, uses, first_used_at, last_used_at
        from unnest(@Days, @Names, @Fingerprints, @Scopes, @Outcomes, @Uses, @Firsts, @Lasts)
            as added (day, key_name, fingerprint, scope, outcome, uses, first_used_at, last_used_at)
        order by day, key_name, fingerprint, scope, outcome
        on conflict (day, key_name, fingerprint, scope, outcome) do update
        set uses = key_use.uses + excluded.uses,
            first_used_at = least(key_use.first_used_at, excluded.first_used_at),
            last_used_at = greatest(key_use.last_used_at, excluded.last_used_at)
        """;

    private const string Sum =
        """
        select key_name, fingerprint, scope, outcome, sum(uses)::bigint as uses,
            min(first_used_at) as first_used_at, max(last_used_at) as last_used_at
        from key_use
        where day >= @From
        group by key_name, fingerprint, scope, outcome
        order by key_name, fingerprint, scope, outcome
        """;

    private const string FindFirstDay = "select min(day) from key_use";

    private const string DeleteBefore = "delete from key_use where day < @Before";

    public async Task AddAsync(IReadOnlyDictionary<KeyUseKey, KeyUseTally> uses, CancellationToken cancellationToken)
    {
        if (uses.Count == 0)
        {
            return;
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(
            Add,
            new
            {
                Days = uses.Keys.Select(key => key.Day).ToArray(),
                Names = uses.Keys.Select(key => key.KeyName).ToArray(),
                Fingerprints = uses.Keys.Select(key => key.Fingerprint).ToArray(),
                Scopes = uses.Keys.Select(key => key.Scope).ToArray(),
                Outcomes = uses.Keys.Select(key => key.Outcome).ToArray(),
                Uses = uses.Values.Select(tally => tally.Uses).ToArray(),
                Firsts = uses.Values.Select(tally => tally.FirstUsedAt).ToArray(),
                Lasts = uses.Values.Select(tally => tally.LastUsedAt).ToArray(),
            },
            cancellationToken));
    }

    /// <param name="from">First day that counts.</param>
    public async Task<IReadOnlyList<KeyUseRow>> SumAsync(DateOnly from, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<KeyUseRow>(Sql.Command(Sum, new { From = from }, cancellationToken))).AsList();
    }

    /// <returns>Null if nothing was recorded.</returns>
    public async Task<DateOnly?> FindFirstDayAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<DateOnly?>(Sql.Command(FindFirstDay, null, cancellationToken));
    }

    public async Task<int> DeleteBeforeAsync(DateOnly before, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(DeleteBefore, new { Before = before }, cancellationToken));
    }
}

/// <summary>The uses of one key for one scope with one outcome, over the days of the review.</summary>
public sealed record KeyUseRow(
    string KeyName, string Fingerprint, string Scope, string Outcome, long Uses, DateTimeOffset FirstUsedAt, DateTimeOffset LastUsedAt);
