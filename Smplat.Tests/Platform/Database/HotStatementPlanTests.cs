using System.Reflection;
using System.Text.RegularExpressions;
using Dapper;
using Npgsql;
using Smplat.Core.Billing;
using Smplat.Core.Commerce.Confirmation;
using Smplat.Core.Commerce.Routing;
using Smplat.Core.Fulfillment;
using Smplat.Core.Onboarding;
using Smplat.Core.Payments;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Outbox;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Database;

/// <summary>
/// Plans every statement of the hot paths over large tables, as the database does for a prepared statement. A sequential scan
/// means that an index is missing, or that the statement cannot use it.
/// </summary>
public sealed partial class HotStatementPlanTests
{
    private const int Rows = 12_000;

    private static readonly Type[] Stores =
    [
        typeof(TaskQueueStore), typeof(ProgressStore), typeof(OutboxStore), typeof(RecipientStore), typeof(WebhookStore),
        typeof(PaymentStore), typeof(HostedSessionStore), typeof(JourneyStore), typeof(JourneyQueryStore), typeof(ConfirmationStore),
        typeof(ProviderOrderStore), typeof(RoutingSessionStore),
    ];

    /// <summary>Not hot: operators ask, or a job at night.</summary>
    private static readonly Dictionary<string, string> Exempt = new()
    {
    };

    /// <summary>Types that a statement does not say by itself.</summary>
    private static readonly (string Pattern, string Type)[] Types =
    [
        ("^(now|until|notBefore|leaseUntil|leaseExpiresAt|retryAt|implausible|since|before|cutoff|expiresAt|deadline|stale.*|.*At)$", "timestamptz"),
        ("^(lease|window|spacing|age)$", "interval"),
        ("^(attempts|rooms|ordinals|counts)$", "int[]"),
        ("^leases$", "interval[]"),
        ("^held$", "boolean[]"),
        ("^(kinds|results|statuses|reasons|names|keys|types|slugs|addresses|sessions|references)$", "text[]"),
        ("^(ids|.*Ids)$", "uuid[]"),
        ("^limit$", "bigint"),
    ];

    [Test]
    public async Task No_statement_of_a_hot_path_reads_a_large_table_from_end_to_end()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var connection = await database.DataSource.OpenConnectionAsync();
        var large = await FillAsync(connection);

        var problems = new List<string>();
        var planned = 0;
        foreach (var (name, statement) in Statements())
        {
            if (Exempt.ContainsKey(name))
            {
                continue;
            }

            try
            {
                var plan = string.Join('\n', await connection.QueryAsync<string>(
                    Sql.Command($"explain (generic_plan) {Numbered(statement)}", null, CancellationToken.None)));
                planned++;
                problems.AddRange(
                    from Match scan in SequentialScan().Matches(plan)
                    where large.Contains(scan.Groups[1].Value)
                    select $"{name} reads all of {scan.Groups[1].Value}:\n{plan}");
            }
            catch (PostgresException unplanned)
            {
                problems.Add($"{name} cannot be planned: {unplanned.MessageText}");
            }
        }

        Assert.That(planned, Is.GreaterThan(60));
        Assert.That(problems, Is.Empty, string.Join("\n\n", problems));
    }

    private static IEnumerable<(string Name, string Statement)> Statements() =>
        from store in Stores
        from field in store.GetFields(BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
        where field.IsLiteral && field.FieldType == typeof(string)
        let text = (string)field.GetRawConstantValue()!
        where Deed().IsMatch(text)
        select ($"{store.Name}.{field.Name}", text);

    /// <summary>The statement with numbers for its named parameters.</summary>
    private static string Numbered(string statement)
    {
        var names = new List<string>();
        return Parameter().Replace(statement, match =>
        {
            var name = match.Groups[1].Value;
            if (!names.Contains(name))
            {
                names.Add(name);
            }

            var number = $"${names.IndexOf(name) + 1}";
            var type = Types.FirstOrDefault(entry => Regex.IsMatch(name, entry.Pattern, RegexOptions.IgnoreCase)).Type;
            return type is null || match.Groups[2].Success ? $"{number}{match.Groups[2].Value}" : $"({number}::{type})";
        });
    }

    /// <summary>Every table gets the same number of rows, with statuses as in an old database: nearly all are over.</summary>
    private static async Task<HashSet<string>> FillAsync(NpgsqlConnection connection)
    {
        var tables = (await connection.QueryAsync<(string Schema, string Table)>(Sql.Command(
            """
            select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname in ('public', 'commerce') and c.relkind in ('r', 'p') and not c.relispartition
                and c.relname not in ('schema_migration', 'partitioned_table')
            """,
            null,
            CancellationToken.None))).AsList();
        var checks = (await connection.QueryAsync<(string Table, string Name, string Definition)>(Sql.Command(
            """
            select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
            where contype = 'c' and coninhcount = 0 and connamespace in ('public'::regnamespace, 'commerce'::regnamespace) and conrelid <> 0
            """,
            null,
            CancellationToken.None))).AsList();
        await ExecuteAsync(connection, "set session_replication_role = replica");
        foreach (var (table, name, _) in checks)
        {
            await ExecuteAsync(connection, $"alter table {table} drop constraint \"{name}\"");
        }

        var filled = new HashSet<string>();
        foreach (var (schema, table) in tables)
        {
            var columns = (await connection.QueryAsync<(string Name, string Type)>(Sql.Command(
                """
                select column_name, data_type from information_schema.columns
                where table_schema = @schema and table_name = @table and is_identity = 'NO' and is_generated = 'NEVER'
                order by ordinal_position
                """,
                new { schema, table },
                CancellationToken.None))).AsList();
            var values = columns.Select(column => Value(column.Name, column.Type, checks.Where(check => check.Table.EndsWith(table, StringComparison.Ordinal))));
            await ExecuteAsync(
                connection,
                $"insert into {schema}.\"{table}\" ({string.Join(", ", columns.Select(column => $"\"{column.Name}\""))}) "
                + $"select {string.Join(", ", values)} from generate_series(1, {Rows}) as n on conflict do nothing");
            if (await connection.ExecuteScalarAsync<long>(Sql.Command($"select count(*) from {schema}.\"{table}\"", null, CancellationToken.None)) > Rows / 2)
            {
                filled.Add(table);
            }
        }

        await ExecuteAsync(connection, "reset session_replication_role");
        await ExecuteAsync(connection, "analyze");
        return filled;
    }

    private static string Value(string column, string type, IEnumerable<(string Table, string Name, string Definition)> checks)
    {
        var allowed = checks.Select(check => Allowed(column).Match(check.Definition)).FirstOrDefault(match => match.Success) is { } found
            ? Word().Matches(found.Groups[1].Value).Select(word => word.Groups[1].Value).ToArray()
            : [];
        return type switch
        {
            "uuid" => "gen_random_uuid()",
            "text" or "character varying" when allowed.Length > 0 =>
                $"(array[{string.Join(", ", allowed.Select(word => $"'{word}'"))}])[case when n % 40 < {allowed.Length} then n % 40 + 1 else {allowed.Length} end]",
            "text" or "character varying" => $"'{column}-' || n",
            "timestamp with time zone" => "now() - n * interval '1 minute'",
            "date" => "current_date - n % 1000",
            "jsonb" or "json" => """jsonb_build_object('payment_intent', 'pi_' || n, 'n', n)""",
            "boolean" => "n % 20 = 0",
            "bytea" => "int4send(n)",
            "ARRAY" => "'{}'",
            "interval" => "interval '1 minute'",
            "xid8" => "n::text::xid8",
            "inet" => "'192.0.2.1'::inet",
            "numeric" or "double precision" or "real" => "(n % 100) / 100.0",
            "smallint" => "n % 100",
            _ => "n",
        };
    }

    private static Task ExecuteAsync(NpgsqlConnection connection, string statement) =>
        connection.ExecuteAsync(Sql.Command(statement, null, CancellationToken.None, timeoutSeconds: 120));

    private static Regex Allowed(string column) => new($@"\(\(?{Regex.Escape(column)} = ANY \(\(?ARRAY\[(.+?)\]");

    [GeneratedRegex("'([^']+)'")]
    private static partial Regex Word();

    [GeneratedRegex(@"(?<![:\w@])@(\w+)(::[\w\[\]]+)?")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"^\s*(?:with|select|insert|update|delete)\s", RegexOptions.IgnoreCase)]
    private static partial Regex Deed();

    [GeneratedRegex(@"Seq Scan on (\w+)")]
    private static partial Regex SequentialScan();
}
