using Npgsql;

namespace Smplat.Benchmarks.Trust;

internal static class KeptDatabase
{
    /// <summary>Creates the database that the connection string names, when it is not there.</summary>
    public static async Task EnsureAsync(string connectionString)
    {
        var target = new NpgsqlConnectionStringBuilder(connectionString);
        var name = target.Database ?? throw new ArgumentException("The connection string must name a database.");
        target.Database = "postgres";
        await using var admin = NpgsqlDataSource.Create(target);
        await using var exists = admin.CreateCommand("select count(*) from pg_database where datname = $1");
        exists.Parameters.Add(new() { Value = name });
        if ((long)(await exists.ExecuteScalarAsync())! == 0)
        {
            await using var create = admin.CreateCommand($"create database \"{name.Replace("\"", "\"\"")}\"");
            await create.ExecuteNonQueryAsync();
        }
    }
}
