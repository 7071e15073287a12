using Dapper;
using Npgsql;

namespace Smplat.Core.Platform.Database;

/// <summary>Makes Dapper commands that can be cancelled.</summary>
public static class Sql
{
    /// <param name="text">The statement.</param>
    /// <param name="parameters">An object whose members are the statement's parameters.</param>
    /// <param name="transaction">The transaction to run in, or null for a statement of its own.</param>
    /// <param name="timeoutSeconds">Null takes the timeout of the connection string.</param>
    public static CommandDefinition Command(
        string text,
        object? parameters,
        CancellationToken cancellationToken,
        NpgsqlTransaction? transaction = null,
        int? timeoutSeconds = null) =>
        new(text, parameters, transaction, timeoutSeconds, cancellationToken: cancellationToken);
}
