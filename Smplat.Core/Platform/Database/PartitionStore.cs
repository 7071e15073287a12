using System.Globalization;
using Dapper;
using Npgsql;

namespace Smplat.Core.Platform.Database;

/// <summary>Months of partitioned tables.</summary>
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

    /// <summary>Makes a month; one that exists is left alone, also when two instances make it at once.</summary>
    public async Task CreateAsync(MonthPartition partition, CancellationToken cancellationToken)
    {
        // Names come from our own registry of tables, never from a request; parameters cannot stand in DDL.
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
            // Another instance made it in the same moment.
        }
    }
}
