using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Platform.Observability;

/// <summary>The cheapest possible statement, to check that Postgres answers.</summary>
internal sealed class DatabaseProbeStore(NpgsqlDataSource database)
{
    private const string Ping = "select 1";

    public async Task PingAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(Ping, null, cancellationToken, timeoutSeconds: 2));
    }
}
