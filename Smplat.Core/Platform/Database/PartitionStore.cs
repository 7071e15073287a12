using System.Globalization;
using Dapper;
using Npgsql;

namespace Smplat.Core.Platform.Database;

/// <summary>The registered partitioned tables and their months.</summary>
public sealed class PartitionStore(NpgsqlDataSource database)
{
    private const string ListTables = "select table_name, retention_months from partitioned_table order by table_name";

    private const string ListPartitions =
        """
        select child.relname
        from pg_inherits
        join pg_class child on child.oid = inhrelid
        where inhparent = @Table::regclass
        """;

    public async Task<IReadOnlyList<PartitionedTable>> ListTablesAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<PartitionedTable>(Sql.Command(ListTables, null, cancellationToken))).AsList();
    }

    public async Task<IReadOnlyList<MonthPartition>> ListMonthsAsync(string table, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var names = await connection.QueryAsync<string>(Sql.Command(ListPartitions, new { Table = table }, cancellationToken));
        var schema = table.Contains('.', StringComparison.Ordinal) ? table[..(table.IndexOf('.', StringComparison.Ordinal) + 1)] : "";
        return [.. names.Select(name => MonthPartition.Parse(table, schema + name)).OfType<MonthPartition>()];
    }

    /// <summary>Creates a month; does nothing if it exists, even when two instances create it at once.</summary>
    public async Task CreateAsync(MonthPartition partition, CancellationToken cancellationToken)
    {
        // DDL takes no parameters. The names come from our own registry of tables, never from a request.
        var create = string.Create(CultureInfo.InvariantCulture, $"""
            create table if not exists {partition.Name} partition of {partition.Table}
            for values from ('{partition.From:yyyy-MM-dd} 00:00:00+00') to ('{partition.To:yyyy-MM-dd} 00:00:00+00')
            """);
        await ExecuteAsync(create, cancellationToken);
    }

    public async Task DropAsync(MonthPartition partition, CancellationToken cancellationToken) =>
        await ExecuteAsync($"drop table if exists {partition.Name}", cancellationToken);

    private async Task ExecuteAsync(string statement, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            await connection.ExecuteAsync(Sql.Command(statement, null, cancellationToken, timeoutSeconds: 60));
        }
        catch (PostgresException exception) when (
            exception.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DuplicateTable)
        {
            // Another instance created it at the same time.
        }
    }
}
