using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Operators;

/// <summary>Reads which migrations were applied to a database, for snapshots and reports.</summary>
public sealed class SchemaStore(NpgsqlDataSource database)
{
    private const string ListMigrations = "select number, name, checksum, applied_at from schema_migration order by number";

    public async Task<IReadOnlyList<AppliedMigration>> ListAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<AppliedMigration>(Sql.Command(ListMigrations, null, cancellationToken))).AsList();
    }
}
