using System.Reflection;
using System.Text.RegularExpressions;
using Smplat.Core.Platform.Database;

namespace Smplat.Tests.Platform.Database;

/// <summary>Every statement about leased rows follows the rules of <see cref="Lease"/>, whichever store it is in.</summary>
public sealed partial class LeaseStatementTests
{
    /// <summary>The tables with leases: their columns, and the fences that the statements of a holder must have.</summary>
    private static readonly LeasedTable[] Tables =
    [
        // One worker may get the same task twice, after it lost its lease.
        new("fulfillment_tasks", "lease_owner", "lease_expires_at", [@"\battempt = (@attempt|\w+\.attempt)\b"]),
        new("fulfillment_claim", "owner", "expires_at", []),

        // A sender has a new name for each run, which settles one batch before it claims the next.
        new("notification_outbox", "lease_owner", "lease_expires_at", []),
        new("checkout_orchestrations", "locked_by", "locked_until", []),
        new("job_state", "locked_by", "locked_until", [@"\brun_id = @runid\b"]),
    ];

    /// <summary>Statements that deliberately take a lease from its holder.</summary>
    private static readonly Dictionary<string, string> Overriding = new()
    {
        ["CheckoutStore.Write"] = "An order's own progress ends the hold of a sweep; the rows are locked and versioned.",
        ["JobStore.Release"] = "Requested by an operator.",
    };

    private static readonly Statement[] All = [.. Statements()];

    private static IEnumerable<TestCaseData> Claims => Cases(statement => statement.Takes);

    private static IEnumerable<TestCaseData> Fenced =>
        Cases(statement => !statement.Takes && !statement.IsRescue && !Overriding.ContainsKey(statement.Name));

    private static IEnumerable<TestCaseData> Rescues => Cases(statement => statement.IsRescue);

    private static IEnumerable<TestCaseData> Skipping => All.Where(statement => statement.Sql.Contains("skip locked", StringComparison.Ordinal))
        .Select(statement => new TestCaseData(statement.Sql).SetArgDisplayNames(statement.Name));

    [Test]
    public void The_statements_are_found()
    {
        Assert.That(Claims.Count(), Is.EqualTo(7), "five claims of due rows, a retry and an inherited claim");
        Assert.That(Rescues.Count(), Is.EqualTo(3), "of tasks, of messages to people and of internal ones");
        Assert.That(Fenced.Count(), Is.GreaterThanOrEqualTo(18));
        Assert.That(Overriding.Keys.Except(All.Select(statement => statement.Name)), Is.Empty);
    }

    [TestCaseSource(nameof(Claims))]
    public void A_claim_sets_owner_and_expiry_together_on_a_free_row(LeasedTable table, string sql)
    {
        Assert.That(SetOf(table, sql), Does.Match($@"\b{table.Until} = @"));
        Assert.That(sql, Does.Contain("for update").Or.Match(@"where job_id = @jobid"), "claimants select under a row lock");
        if (!sql.Contains("status = 'pending'", StringComparison.Ordinal) || sql.Contains(" or (", StringComparison.Ordinal))
        {
            Assert.That(sql, Does.Match(Ended(table)), "a lease expires by its time, and so does one from a wrong clock");
        }
    }

    [TestCaseSource(nameof(Rescues))]
    public void Only_time_ends_the_lease_of_another_holder(LeasedTable table, string sql)
    {
        Assert.That(sql, Does.Match(Ended(table)));
        Assert.That(sql, Does.Contain("skip locked"));
        Assert.That(SetOf(table, sql), Does.Match($@"\b{table.Owner} = null").And.Match($@"\b{table.Until} = null"));
    }

    [TestCaseSource(nameof(Fenced))]
    public void Renewing_completing_and_releasing_are_fenced(LeasedTable table, string sql)
    {
        var where = sql[sql.IndexOf(" where ", StringComparison.Ordinal)..];
        Assert.That(where, Does.Match($@"\b{table.Owner} = @owner\b"));
        foreach (var fence in table.Fences)
        {
            Assert.That(where, Does.Match(fence));
        }

        var set = SetOf(table, sql);
        if (set.Contains($"{table.Owner} = null", StringComparison.Ordinal))
        {
            Assert.That(set, Does.Contain($"{table.Until} = null"), "owner and expiry are set together");
        }
    }

    [TestCaseSource(nameof(Skipping))]
    public void A_statement_that_skips_locked_rows_selects_in_order_and_up_to_a_limit(string sql)
    {
        foreach (var chosen in Chosen().Matches(sql).Select(match => match.Groups["rows"].Value))
        {
            var isOneRow = chosen.Contains("where session.id = @id", StringComparison.Ordinal);
            Assert.That(isOneRow || (chosen.Contains("order by", StringComparison.Ordinal) && chosen.Contains("limit", StringComparison.Ordinal)), Is.True);
        }

        Assert.That(sql, Does.Not.Match(@"in \(\s*select[^()]*skip locked"), "a subquery may run more than once; a CTE does not");
    }

    [Test]
    public void An_expiry_is_implausible_only_beyond_the_longest_lease_and_the_clock_skew()
    {
        var now = new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

        Assert.That(Lease.Implausible(now, TimeSpan.FromHours(1)), Is.GreaterThan(now.AddHours(1)).And.LessThanOrEqualTo(now.AddHours(2)));
    }

    private static string Ended(LeasedTable table) => $@"\b{table.Until} <= @now or {table.Until} > @implausible";

    private static IEnumerable<TestCaseData> Cases(Func<Statement, bool> which) => All
        .Where(statement => statement.Table is not null && which(statement))
        .Select(statement => new TestCaseData(statement.Table, statement.Sql).SetArgDisplayNames(statement.Name));

    private static IEnumerable<Statement> Statements() =>
        from store in typeof(Lease).Assembly.GetTypes()
        where store.Name.EndsWith("Store", StringComparison.Ordinal)
        from field in store.GetFields(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)
        where field is { IsLiteral: true } && field.FieldType == typeof(string)
        let sql = Spaces().Replace(((string)field.GetRawConstantValue()!).ToLowerInvariant(), " ")
        select new Statement($"{store.Name}.{field.Name}", sql, Tables.FirstOrDefault(table => SetOf(table, sql).Length > 0));

    /// <summary>What the statement sets in the table, if that includes owner or expiry.</summary>
    private static string SetOf(LeasedTable table, string sql)
    {
        var update = Regex.Match(sql, $@"update {table.Name}( \w+)? set (?<set>.*?) (from|where) ");
        var set = update.Groups["set"].Value;
        return Regex.IsMatch(set, $@"\b({table.Owner}|{table.Until}) = ") ? set : "";
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"(?<rows>select(?:(?!select).)*?)for (no key update|update|key share)( of \w+)? skip locked")]
    private static partial Regex Chosen();

    public sealed record LeasedTable(string Name, string Owner, string Until, string[] Fences);

    private sealed record Statement(string Name, string Sql, LeasedTable? Table)
    {
        public bool Takes => Table is not null && Regex.IsMatch(SetOf(Table, Sql), $@"\b{Table.Owner} = @owner");

        /// <summary>Releases rows that another holder has.</summary>
        public bool IsRescue => Table is not null && !Takes && Sql.Contains("skip locked", StringComparison.Ordinal);
    }
}
