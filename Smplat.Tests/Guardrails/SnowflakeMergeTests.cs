using System.Text.RegularExpressions;
using DuckDB.NET.Data;
using Smplat.Tests.Support;

namespace Smplat.Tests.Guardrails;

/// <summary>
/// The statements of <c>infra/snowflake</c> that DuckDB understands too, run there. COPY and stage are Snowflake's own and stay
/// untested.
/// </summary>
[Parallelizable]
public sealed partial class SnowflakeMergeTests
{
    private static readonly string Setup = Read("setup.sql");
    private static readonly string Load = Read("load.sql");

    [Test]
    public async Task Loading_files_that_overlap_leaves_each_follow_up_once()
    {
        await using var warehouse = await WarehouseAsync();

        await LandAsync(warehouse, 1, 2, 3);
        await MergeAsync(warehouse);
        await LandAsync(warehouse, 2, 3, 4, 4, 5);
        await MergeAsync(warehouse);
        await MergeAsync(warehouse);

        Assert.That(await ReadAsync(warehouse, "select follow_up_id from analytics.guardrail_followups order by position"), Is.EqualTo(
            new[] { "f1", "f2", "f3", "f4", "f5" }));
        Assert.That(await ReadAsync(warehouse, "select count(*)::varchar from analytics.guardrail_followups_landing"), Is.EqualTo(new[] { "0" }));
    }

    [Test]
    public async Task Of_a_row_that_landed_twice_all_columns_come_from_one()
    {
        await using var warehouse = await WarehouseAsync();
        await LandAsync(warehouse, 7);
        await MergeAsync(warehouse);
        await RunAsync(warehouse, "update analytics.guardrail_followups set notes = 'damaged', provider_id = 'x'");

        await LandAsync(warehouse, 7);
        await MergeAsync(warehouse);

        Assert.That(await ReadAsync(warehouse, "select notes || provider_id || source || attachments from analytics.guardrail_followups"), Is.EqualTo(new[] { "note 7amanual[]" }));
    }

    /// <summary>The columns of the table, of the merge and of the exported files are the same.</summary>
    [Test]
    public void The_merge_names_every_column_of_the_table()
    {
        var columns = ColumnLine().Matches(Table().Match(Setup).Value).Select(match => match.Groups[1].Value).ToArray();
        var inserted = Regex.Match(Load, @"insert \(([^)]*)\)").Groups[1].Value.Split(',', StringSplitOptions.TrimEntries);

        Assert.That(inserted, Is.EqualTo(columns));
        Assert.That(columns.Where(column => column != "follow_up_id" && !Load.Contains($"    {column} = fresh.{column}", StringComparison.Ordinal)), Is.Empty);
    }

    private static string Read(string file) => File.ReadAllText(Path.Combine(Repository.Root, "infra", "snowflake", file)).ReplaceLineEndings("\n");

    private static async Task<DuckDBConnection> WarehouseAsync()
    {
        var warehouse = new DuckDBConnection("DataSource=:memory:");
        await warehouse.OpenAsync();
        await RunAsync(warehouse, "create schema analytics");
        await RunAsync(warehouse, Table().Match(Setup).Value.Replace("timestamp_tz", "timestamptz", StringComparison.Ordinal));
        await RunAsync(warehouse, "create table analytics.guardrail_followups_landing as select * from analytics.guardrail_followups limit 0");
        return warehouse;
    }

    private static async Task LandAsync(DuckDBConnection warehouse, params int[] numbers)
    {
        foreach (var number in numbers)
        {
            await RunAsync(
                warehouse,
                $"""
                insert into analytics.guardrail_followups_landing (position, follow_up_id, provider_id, action, source, notes, attachments, created_at)
                values ({number}, 'f{number}', 'a', 'pause', 'manual', 'note {number}', '[]', '2026-03-02 09:00:00+00')
                """);
        }
    }

    private static async Task MergeAsync(DuckDBConnection warehouse)
    {
        var statements = Transaction().Match(Load).Groups[1].Value;
        await RunAsync(warehouse, $"begin transaction; {statements} commit;");
    }

    private static async Task RunAsync(DuckDBConnection warehouse, string statement)
    {
        await using var command = warehouse.CreateCommand();
        command.CommandText = statement;
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<List<string>> ReadAsync(DuckDBConnection warehouse, string query)
    {
        await using var command = warehouse.CreateCommand();
        command.CommandText = query;
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }

    [GeneratedRegex(@"create table if not exists analytics\.guardrail_followups \(.*?\n\);", RegexOptions.Singleline)]
    private static partial Regex Table();

    [GeneratedRegex(@"^    (\w+) (?:bigint|varchar|timestamp_tz)", RegexOptions.Multiline)]
    private static partial Regex ColumnLine();

    [GeneratedRegex(@"begin transaction;(.*)commit;", RegexOptions.Singleline)]
    private static partial Regex Transaction();
}
