using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Database;

/// <summary>
/// Plans every statement of every store over tables that the planner takes for a million rows, and reports each table that a
/// statement reads as a whole. Sequential scans are disabled, so that one is left only where no index serves. A generic plan is
/// made, which knows no values of parameters.
/// </summary>
[Parallelizable]
public sealed partial class StatementPlanTests
{
    private const int MinStatements = 340;

    /// <summary>Tables that stay small whatever the load, and what bounds them.</summary>
    private static readonly Dictionary<string, string> SmallTables = new()
    {
        ["catalog_bundles"] = "the catalog, which is read as a whole",
        ["catalog_search_count"] = "trimmed to the most frequent and the latest terms",
        ["catalog_search_recent"] = "trimmed to the latest searches",
        ["fulfillment_claim"] = "one row for each running claim",
        ["incident_banner_change"] = "written by operators",
        ["job_state"] = "one row for each job",
        ["metric_counter"] = "one row for each series",
        ["metric_fact"] = "one row for each fact",
        ["offer_event_scrub"] = "a single row",
        ["ops_hour_mark"] = "a single row",
        ["partitioned_table"] = "one row for each partitioned table",
        ["products"] = "the catalog, which is read as a whole",
        ["provider_circuit"] = "one row for each instance and provider",
        ["provider_guardrail_status"] = "one row for each fulfillment provider",
        ["provider_metrics"] = "one row for each provider",
        ["sample_data"] = "a single row",
        ["schema_migration"] = "one row for each migration",
        ["trust_dirty_hour"] = "marks that wait for the next roll-up",
        ["trust_rollup"] = "one row for each hour",
        ["trust_rollup_state"] = "a single row",
    };

    /// <summary>Statements that may read a large table as a whole, and why.</summary>
    private static readonly Dictionary<string, string> ReadingAll = new()
    {
        ["CatalogStore.ListProductsWithUploads"] = "an operator's promotion of the whole catalog",
        ["DigestStore.CountBusiness"] = "once a week, over the whole week",
        ["DigestStore.Revenue"] = "once a week, over the whole week",
        ["ExperimentStore.Conversions"] = "an operator's report over all segments, with a limit of time",
        ["ExperimentStore.Flattened"] = "refreshes the report above",
        ["JobStore.ListRuns"] = "an optional filter; walks the index of the newest, or that of the job when its name is given",
        ["JourneyQueryStore.Aggregate"] = "an operator's summary of all journeys",
        ["JourneyQueryStore.List"] = "an operator's list with optional filters",
        ["OpsPageStore.Stages"] = "an operator's summary of all open checkouts",
        ["OutboxStore.List"] = "an operator's list with optional filters; walks the index of the newest",
        ["RejectedEventStore.List"] = "an operator's list with optional filters; walks the index of the oldest",
    };

    /// <summary>Stores whose statements are not planned, and why.</summary>
    private static readonly Dictionary<string, string> NotPlanned = new()
    {
        ["BillingSampleStore"] = "sample data",
        ["EventSampleStore"] = "sample data",
        ["GuardrailSampleStore"] = "sample data",
        ["OnboardingSampleStore"] = "sample data",
        ["RoutingSampleStore"] = "sample data",
        ["SampleLoadStore"] = "sample data",
        ["ShopSampleStore"] = "sample data",
        ["TrustSampleStore"] = "sample data",
    };

    /// <summary>The paths that callers and workers wait for. A renamed statement has to be renamed here too.</summary>
    private static readonly string[] HotPaths =
    [
        "TaskQueueStore.InsertTasks", "TaskQueueStore.ClaimDue", "TaskQueueStore.RenewLeases", "TaskQueueStore.RenewClaims",
        "TaskQueueStore.CompleteMany", "TaskQueueStore.Retry", "TaskQueueStore.DeadLetter", "TaskQueueStore.RescueExpired",
        "TaskQueueStore.TakeOverClaims", "ProgressStore.OrdersThatDiffer", "ProgressStore.Tasks",
        "OutboxStore.Add", "OutboxStore.ClaimDue", "OutboxStore.ClaimDueInternal", "OutboxStore.Finish", "OutboxStore.RescueExpired",
        "RecipientStore.ReadPerson", "RecipientStore.ReadRecent",
        "RoutingSessionStore.InsertBatch", "EdgeLogStore.ListWritten", "EdgeLogStore.ReadRecent", "ShadowScoreStore.Append",
        "ConfirmationStore.Claim", "ConfirmationStore.ClaimStuck", "ConfirmationStore.TakeKey", "ProviderOrderStore.StartAttempt",
        "ProviderOrderStore.InsertOrder", "OutcomeStore.RefreshStats", "MealMeOrderStore.UpsertOrder", "MealMeOrderStore.InsertEvent",
        "OfferEventStore.InsertFew", "OfferEventStore.ClaimKeys", "OfferEventStore.ListClaimedByOthers", "RejectedEventStore.Keep",
        "WebhookStore.Insert", "WebhookStore.ListParkedFor", "WebhookStore.ListParkedAfter", "PaymentStore.LockByReference",
        "TrustFactStore.OnTime", "TrustFactStore.Responses", "TrustFactStore.Forecast", "TrustRollupStore.Sum", "TrustContentStore.Find",
        "CheckoutStore.Claim", "CheckoutStore.GiveBack", "HostedSessionStore.Abandon", "HostedSessionStore.Expire",
        "HostedSessionStore.ListDue", "HostedSessionStore.LockByReference", "NudgeStore.ListDue",
        "JobStore.ClaimRun", "JobStore.RenewLease", "JobStore.DeleteRunsBefore", "PlacementStore.ListOpen",
        "CommerceDashboardStore.Quotes", "CommerceDashboardStore.Requests", "HourlyTotalsStore.SumQuotes", "HourlyTotalsStore.SumRequests",
    ];

    /// <summary>Parameters whose type the statement does not tell, by their name, or by the statement and the name.</summary>
    private static readonly Dictionary<string, string> ParameterTypes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["clockAt"] = "timestamptz",
        ["documentId"] = "text",
        ["frequent"] = "integer",
        ["from_at"] = "timestamptz",
        ["lag"] = "interval",
        ["latest"] = "integer",
        ["lease"] = "interval",
        ["now"] = "timestamptz",
        ["room"] = "bigint",
        ["statuses"] = "text[]",
        ["until_at"] = "timestamptz",
        ["updatedAt"] = "timestamptz",
        ["LockoutStore.Count.IdentifierThreshold"] = "integer",
        ["LockoutStore.Count.LockUntil"] = "timestamptz",
        ["LockoutStore.Count.Threshold"] = "integer",
        ["OfferEventStore.ClaimKeys.id"] = "uuid",
        ["OutboxStore.Redrive.ids"] = "uuid[]",
        ["RecommendationStore.KeepAcceptance.accepted"] = "integer",
        ["RecommendationStore.KeepAcceptance.last"] = "timestamptz",
        ["RecommendationStore.KeepAcceptance.rate"] = "numeric",
        ["RecommendationStore.KeepAcceptance.sample"] = "integer",
    };

    // A thousand rows in each table, without its constraints: values of the type, and of the states that a check lists.
    private const string Fill =
        """
        do $fill$
        declare
            item record;
            attribute record;
            names text;
            vals text;
        begin
            set local session_replication_role = replica;
            create temp table choice on commit drop as
            select con.conrelid as rel, att.attname as name, array(
                select part[1] from regexp_matches(pg_get_constraintdef(con.oid), '''([^'']+)''::text', 'g') part) as states
            from pg_constraint con
            join pg_attribute att on att.attrelid = con.conrelid and att.attnum = con.conkey[1]
            where con.contype = 'c' and cardinality(con.conkey) = 1 and pg_get_constraintdef(con.oid) ~ '= ANY \(ARRAY\[';

            for item in
                select con.conrelid::regclass as rel, con.conname
                from pg_constraint con
                join pg_class class on class.oid = con.conrelid
                join pg_namespace space on space.oid = class.relnamespace
                where con.contype in ('c', 'f') and con.conislocal and con.conparentid = 0
                    and space.nspname in ('public', 'commerce', 'analytics')
                order by con.contype desc
            loop
                execute format('alter table %s drop constraint if exists %I', item.rel, item.conname);
            end loop;

            for item in
                select class.oid, class.oid::regclass as rel
                from pg_class class
                join pg_namespace space on space.oid = class.relnamespace
                where class.relkind in ('r', 'p') and not class.relispartition
                    and space.nspname in ('public', 'commerce', 'analytics') and class.relname <> 'schema_migration'
            loop
                names := '';
                vals := '';
                for attribute in
                    select att.attname, format_type(att.atttypid, null) as type, choice.states
                    from pg_attribute att
                    left join choice on choice.rel = item.oid and choice.name = att.attname
                    where att.attrelid = item.oid and att.attnum > 0 and not att.attisdropped and att.attgenerated = ''
                loop
                    names := names || ',' || quote_ident(attribute.attname);
                    vals := vals || ',' || case
                        when attribute.states is not null
                            then format('(%L::text[])[1 + i %% %s]', attribute.states, cardinality(attribute.states))
                        when attribute.type like '%[]' then '''{}'''
                        when attribute.type in ('bigint', 'integer', 'smallint') then 'i'
                        when attribute.type in ('numeric', 'double precision', 'real') then '1'
                        when attribute.type = 'uuid' then 'md5(i::text)::uuid'
                        when attribute.type like 'timestamp%' then 'now() - i * interval ''1 minute'''
                        when attribute.type = 'date' then 'current_date - i'
                        when attribute.type = 'boolean' then 'i % 100 = 0'
                        when attribute.type in ('jsonb', 'json') then '''{}'''
                        when attribute.type = 'interval' then '''1 minute'''
                        when attribute.type = 'bytea' then 'decode(md5(i::text), ''hex'')'
                        when attribute.type = 'xid8' then '''1''::xid8'
                        when attribute.type = 'character' then '''U'''
                        else '''t'' || i' end;
                end loop;
                execute format(
                    'insert into %s (%s) overriding system value select %s from generate_series(1, 1000) i on conflict do nothing',
                    item.rel, substr(names, 2), substr(vals, 2));
            end loop;
        end $fill$
        """;

    private const string Enlarge =
        """
        update pg_class
        set reltuples = 1000000
        from pg_namespace space
        where space.oid = relnamespace and nspname in ('public', 'commerce', 'analytics') and relkind in ('r', 'i') and reltuples > 0
        """;

    private const string ListColumns =
        """
        select class.relname as "Table", att.attname as "Name", format_type(att.atttypid, null) as "Type"
        from pg_attribute att
        join pg_class class on class.oid = att.attrelid
        join pg_namespace space on space.oid = class.relnamespace
        where space.nspname in ('public', 'commerce', 'analytics') and class.relkind in ('r', 'p', 'v') and att.attnum > 0
            and not att.attisdropped
        """;

    private static readonly IReadOnlyDictionary<string, string> Statements = FindStatements();

    private TestDatabase _database = null!;
    private NpgsqlConnection _connection = null!;
    private HashSet<string> _partialIndexes = null!;
    private Dictionary<string, string> _parents = null!;
    private ILookup<string, Column> _columns = null!;

    [OneTimeSetUp]
    public async Task FillAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _connection = await _database.DataSource.OpenConnectionAsync();
        await ExecuteAsync(Fill);
        await ExecuteAsync("analyze");
        await ExecuteAsync(Enlarge);
        await ExecuteAsync("set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set jit = off");
        _partialIndexes = [.. await ReadAsync<string>(
            "select class.relname from pg_index join pg_class class on class.oid = indexrelid where indpred is not null")];
        _parents = (await ReadAsync<Column>(
            """select child.relname as "Table", parent.relname as "Name", '' as "Type" from pg_inherits join pg_class child on child.oid = inhrelid join pg_class parent on parent.oid = inhparent"""))
            .DistinctBy(row => row.Table).ToDictionary(row => row.Table, row => row.Name);
        _columns = (await ReadAsync<Column>(ListColumns)).ToLookup(column => column.Table);
    }

    [OneTimeTearDown]
    public async Task DropAsync()
    {
        await _connection.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task No_statement_reads_a_large_table_as_a_whole()
    {
        var planned = 0;
        var problems = new List<string>();
        foreach (var (name, text) in Statements)
        {
            var reads = new HashSet<string>();
            foreach (var part in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                try
                {
                    reads.UnionWith(await WholeReadsAsync(name, part));
                    planned++;
                }
                catch (PostgresException exception)
                {
                    problems.Add($"{name} cannot be planned: {exception.MessageText}");
                }
            }

            if (reads.Count > 0 && !ReadingAll.ContainsKey(name))
            {
                problems.Add($"{name} reads all of {string.Join(", ", reads.Order())}");
            }
        }

        Assert.That(problems, Is.Empty, string.Join('\n', problems));
        Assert.That(planned, Is.GreaterThanOrEqualTo(MinStatements), "statements that were really planned");
    }

    [Test]
    public async Task The_hot_paths_and_the_exceptions_exist()
    {
        Assert.That(HotPaths.Where(name => !Statements.ContainsKey(name)), Is.Empty, "hot paths that no store has");
        Assert.That(HotPaths.Where(ReadingAll.ContainsKey), Is.Empty, "hot paths among the exceptions");
        Assert.That(ReadingAll.Keys.Where(name => !Statements.ContainsKey(name)), Is.Empty, "exceptions for statements that no store has");
        Assert.That(SmallTables.Keys.Where(table => !_columns.Contains(table)), Is.Empty, "small tables that do not exist");
        foreach (var name in ReadingAll.Keys)
        {
            var reads = new List<string>();
            foreach (var part in Statements[name].Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                reads.AddRange(await WholeReadsAsync(name, part));
            }

            Assert.That(reads, Is.Not.Empty, $"{name} no longer needs its exception");
        }
    }

    [TestCase("select id from notification_outbox where error = @error", "notification_outbox")]
    [TestCase("select id from fulfillment_tasks where task_type = @type or id = @id", "fulfillment_tasks")]
    [TestCase("select 1 from edge_logs where user_hash = @hash", "edge_logs")]
    [TestCase("update checkout_orchestrations set version = 1 where locked_by = @owner or version = @version", "checkout_orchestrations")]
    [TestCase("select id from orders order by notes limit 1", "orders")]
    [TestCase("select id from orders where id = @id", null)]
    [TestCase("select id from notification_outbox where status = 'sending' and lease_expires_at < @now", null)]
    public async Task A_missing_index_is_noticed(string statement, string? table) =>
        Assert.That(await WholeReadsAsync("Example", statement), Is.EqualTo(table is null ? [] : new[] { table }));

    /// <summary>Constants of all stores that hold a statement.</summary>
    private static Dictionary<string, string> FindStatements()
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var type in typeof(Sql).Assembly.GetTypes().Where(type =>
            type.Name.EndsWith("Store", StringComparison.Ordinal) && !NotPlanned.ContainsKey(type.Name)))
        {
            // A private constant is a static literal field.
            foreach (var field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                if (field is { IsLiteral: true } && field.FieldType == typeof(string)
                    && Comment().Replace((string)field.GetRawConstantValue()!, "") is var text && IsStatement().IsMatch(text))
                {
                    found.Add($"{type.Name}.{field.Name}", text);
                }
            }
        }

        return new(found, StringComparer.Ordinal);
    }

    /// <summary>The tables that the plan of a statement reads without a condition on an index.</summary>
    private async Task<IReadOnlyList<string>> WholeReadsAsync(string name, string statement)
    {
        using var plan = JsonDocument.Parse(await ExplainAsync(name, statement));
        var found = new SortedSet<string>(StringComparer.Ordinal);
        Walk(plan.RootElement[0].GetProperty("Plan"), isLimited: false, found);
        return [.. found];
    }

    private async Task<string> ExplainAsync(string name, string statement)
    {
        var names = new List<string>();
        var text = Parameter().Replace(statement, match =>
        {
            var at = names.FindIndex(known => known.Equals(match.Groups[1].Value, StringComparison.OrdinalIgnoreCase));
            if (at < 0)
            {
                names.Add(match.Groups[1].Value);
                at = names.Count - 1;
            }

            return string.Create(CultureInfo.InvariantCulture, $"${at + 1}");
        });
        var count = Position().Matches(text).Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).DefaultIfEmpty().Max();
        var types = Enumerable.Range(0, count).Select(at => at < names.Count ? TypeOf(name, names[at]) : null).ToArray();
        FindTypesOfArrays(name, text, types);
        var (declared, nulls) = count == 0
            ? ("", "")
            : ($"({string.Join(", ", types.Select(type => type ?? "unknown"))})", $"({string.Join(", ", Enumerable.Repeat("null", count))})");
        await ExecuteAsync("deallocate all");
        await ExecuteAsync($"prepare planned{declared} as {text}");
        return (await ReadAsync<string>($"explain (format json) execute planned{nulls}")).Single();
    }

    /// <summary>The parameters of unnest have the types of the columns that they are written to or compared with.</summary>
    private void FindTypesOfArrays(string name, string text, string?[] types)
    {
        var tables = _columns.Select(table => table.Key).Where(table => Regex.IsMatch(text, $@"\b{table}\b")).ToArray();
        foreach (Match call in Unnest().Matches(text))
        {
            var arguments = call.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries);
            var aliases = call.Groups[2].Value.Split(',', StringSplitOptions.TrimEntries);
            for (var index = 0; index < arguments.Length; index++)
            {
                if (WholePosition().Match(arguments[index]) is { Success: true } position)
                {
                    var alias = index < aliases.Length ? aliases[index] : "";
                    var type = TypeOf(name, alias)
                        ?? (text.Contains($"{alias}::jsonb", StringComparison.Ordinal) ? "text" : null)
                        ?? tables.SelectMany(table => _columns[table]).FirstOrDefault(column => column.Name == alias)?.Type
                        ?? "text";
                    types[int.Parse(position.Groups[1].Value, CultureInfo.InvariantCulture) - 1] = type + "[]";
                }
            }
        }
    }

    private static string? TypeOf(string statement, string parameter) =>
        ParameterTypes.GetValueOrDefault($"{statement}.{parameter}") ?? ParameterTypes.GetValueOrDefault(parameter);

    /// <param name="isLimited">A limit above ends the scan early, since nothing between them needs all rows.</param>
    private void Walk(JsonElement node, bool isLimited, SortedSet<string> found)
    {
        var type = node.GetProperty("Node Type").GetString()!;
        isLimited = type switch
        {
            "Limit" => true,
            "Sort" or "Hash" or "Aggregate" or "Materialize" or "WindowAgg" or "Unique" => false,
            _ => isLimited,
        };
        if (type.EndsWith("Scan", StringComparison.Ordinal) && node.TryGetProperty("Relation Name", out var relation))
        {
            var table = _parents.GetValueOrDefault(relation.GetString()!, relation.GetString()!);
            if (!SmallTables.ContainsKey(table) && ReadsAll(type, node, isLimited))
            {
                found.Add(table);
            }
        }

        if (node.TryGetProperty("Plans", out var children))
        {
            foreach (var child in children.EnumerateArray())
            {
                Walk(child, isLimited, found);
            }
        }
    }

    /// <summary>A partial index holds the few rows that are open, so that reading all of it is not reading the table.</summary>
    private bool ReadsAll(string type, JsonElement node, bool isLimited) => type switch
    {
        "Seq Scan" => true,
        "Index Scan" or "Index Only Scan" => !node.TryGetProperty("Index Cond", out _)
            && !_partialIndexes.Contains(node.GetProperty("Index Name").GetString()!)
            && !(isLimited && !node.TryGetProperty("Filter", out _)),
        _ => false,
    };

    private async Task ExecuteAsync(string text)
    {
        await using var command = new NpgsqlCommand(text, _connection);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<List<T>> ReadAsync<T>(string text) =>
        (await _connection.QueryAsync<T>(new CommandDefinition(text, commandType: System.Data.CommandType.Text))).AsList();

    [GeneratedRegex("--[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"^\s*(select|with|insert|update|delete)\b")]
    private static partial Regex IsStatement();

    [GeneratedRegex(@"(?<![@\w<])@(\w+)")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"\$(\d+)")]
    private static partial Regex Position();

    [GeneratedRegex(@"^\$(\d+)$")]
    private static partial Regex WholePosition();

    [GeneratedRegex(@"unnest\(([^()]*)\)(?:\s+with ordinality)?(?:\s+as\s+\w+\s*\(([^)]*)\))?")]
    private static partial Regex Unnest();

    private sealed record Column(string Table, string Name, string Type);
}
