using System.Text.RegularExpressions;
using Dapper;
using Smplat.Core.Platform.Database;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Database;

/// <summary>Checks a migrated database against what the README of the migrations says about every table.</summary>
public sealed partial class SchemaTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "Smplat.Core", "Platform", "Database", "Migrations");

    private TestDatabase _database = null!;

    [OneTimeSetUp]
    public async Task CreateAsync() => _database = await TestDatabase.CreateAsync();

    [OneTimeTearDown]
    public ValueTask DropAsync() => _database.DisposeAsync();

    [Test]
    public async Task Every_table_is_in_the_list_of_owners() =>
        Assert.That((await TablesAsync()).Select(table => table.Name), Is.EquivalentTo(Owners().Select(entry => entry.Table)));

    [Test]
    public void A_table_is_created_in_its_owners_file_and_in_no_other()
    {
        var created = Directory.EnumerateFiles(Folder, "*.sql")
            .SelectMany(path => CreateTable().Matches(File.ReadAllText(path)).Select(match => (match.Groups[1].Value, Path.GetFileName(path))));
        var listed = Owners().Where(entry => entry.File.EndsWith(".sql", StringComparison.Ordinal)).Select(entry => (entry.Table, entry.File));

        Assert.That(created, Is.EquivalentTo(listed));
    }

    [Test]
    public void A_baseline_file_has_one_owner() =>
        Assert.That(
            // Products began with the orders; Merchandising took them over in 0023. The mark of the samples came with the pages that show it.
            Owners().Where(entry => entry.File.EndsWith(".sql", StringComparison.Ordinal) && entry.Table is not ("products" or "sample_data"))
                .GroupBy(entry => entry.File, entry => entry.Owner)
                .Where(file => file.Distinct().Count() > 1)
                .Select(file => file.Key),
            Is.Empty);

    [Test]
    public async Task A_table_says_in_one_sentence_what_a_row_is_and_who_owns_it()
    {
        var owners = Owners().ToDictionary(entry => entry.Table, entry => entry.Owner);

        Assert.Multiple(async () =>
        {
            foreach (var (name, comment) in await TablesAsync())
            {
                Assert.That(comment, Does.Match($"^[A-Z][^.]+; owned by {owners.GetValueOrDefault(name)}\\.$"), name);
            }
        });
    }

    [Test]
    public async Task Every_table_has_a_primary_key() =>
        Assert.That(
            await RowsAsync<string>(
                $"""
                select t.oid::regclass::text
                {Tables} and not exists (select from pg_constraint where conrelid = t.oid and contype = 'p')
                """),
            Is.Empty);

    [Test]
    public async Task Every_foreign_key_has_an_index() =>
        Assert.That(
            await RowsAsync<string>(
                """
                select conrelid::regclass || '.' || conname
                from pg_constraint f
                where contype = 'f' and not exists (
                    select from pg_index i
                    where i.indrelid = f.conrelid
                        and (string_to_array(i.indkey::text, ' ')::smallint[])[1:cardinality(f.conkey)] = f.conkey
                        and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) = (
                            select format('(%I IS NOT NULL)', attname)
                            from pg_attribute where attrelid = f.conrelid and attnum = f.conkey[1])))
                """),
            Is.Empty);

    private const string Tables =
        """
        from pg_class t join pg_namespace s on s.oid = t.relnamespace
        where t.relkind in ('r', 'p') and not t.relispartition and s.nspname !~ '^pg_' and s.nspname <> 'information_schema'
        """;

    private Task<IReadOnlyList<(string Name, string Comment)>> TablesAsync() => RowsAsync<(string, string)>(
        $"select t.oid::regclass::text, coalesce(obj_description(t.oid, 'pg_class'), '') {Tables}");

    private async Task<IReadOnlyList<T>> RowsAsync<T>(string query)
    {
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        return (await connection.QueryAsync<T>(Sql.Command(query, null, CancellationToken.None))).AsList();
    }

    private static IReadOnlyList<(string Table, string Owner, string File)> Owners() =>
    [
        .. OwnerLine().Matches(File.ReadAllText(Path.Combine(Folder, "README.md")))
            .Select(match => (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value.Trim('`'))),
    ];

    [GeneratedRegex(@"^\| `([\w.]+)` \| (\w+) \| ([^|]+) \|\r?$", RegexOptions.Multiline)]
    private static partial Regex OwnerLine();

    [GeneratedRegex(@"^create table (?:if not exists )?([\w.]+) \(", RegexOptions.Multiline)]
    private static partial Regex CreateTable();
}
