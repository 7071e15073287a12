using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Trust;

/// <summary>The statements of one step, which all see the same snapshot.</summary>
internal sealed class RollupTransaction(
    NpgsqlConnection connection, NpgsqlTransaction transaction, int timeoutSeconds, CancellationToken cancellationToken)
{
    public Task ExecuteAsync(string statement, object? parameters) =>
        connection.ExecuteAsync(Command(statement, parameters));

    public Task<T> QuerySingleAsync<T>(string query, object? parameters) =>
        connection.QuerySingleAsync<T>(Command(query, parameters));

    public Task<IEnumerable<T>> QueryAsync<T>(string query, object? parameters) =>
        connection.QueryAsync<T>(Command(query, parameters));

    private CommandDefinition Command(string text, object? parameters) =>
        Sql.Command(text, parameters, cancellationToken, transaction, timeoutSeconds);
}
