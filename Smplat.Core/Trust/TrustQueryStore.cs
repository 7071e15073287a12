using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Trust;

/// <summary>Runs the one query of a metric, under the settings that all of them need.</summary>
public sealed class TrustQueryStore(NpgsqlDataSource database)
{
    // The planner cannot know how short the stretches are that a reading looks at, takes them for a third of the table,
    // and would spend half a second on compiling what runs for milliseconds.
    private const string WithoutCompiling = "set local jit = off";

    public async Task<T> QuerySingleAsync<T>(string query, object? parameters, CancellationToken cancellationToken) =>
        (await QueryAsync<T>(query, parameters, cancellationToken)).Single();

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string query, object? parameters, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(WithoutCompiling, null, cancellationToken, transaction));
        var rows = await connection.QueryAsync<T>(Sql.Command(query, parameters, cancellationToken, transaction));
        await transaction.CommitAsync(cancellationToken);
        return rows.AsList();
    }
}
