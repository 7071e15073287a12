using Npgsql;

namespace Smplat.LocalHost.LocalServices;

/// <summary>Creates the app's database in a new local Postgres.</summary>
internal sealed class LocalDatabaseStore(string connectionString)
{
    private const string FindDatabase = "select 1 from pg_database where datname = $1";

    // The run lock allows one run at a time, so nothing else creates it between the two statements.
    private const string CreateDatabase = "create database smplat";

    /// <returns>Whether the database is new.</returns>
    public async Task<bool> EnsureAsync(CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var find = source.CreateCommand(FindDatabase);
        find.Parameters.AddWithValue("smplat");
        if (await find.ExecuteScalarAsync(cancellationToken) is not null)
        {
            return false;
        }

        await using var create = source.CreateCommand(CreateDatabase);
        await create.ExecuteNonQueryAsync(cancellationToken);
        return true;
    }
}
