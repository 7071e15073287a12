using System.Text.RegularExpressions;
using Smplat.Core.Platform.Database;
using Smplat.Tests.Support;

namespace Smplat.Tests.Architecture;

/// <summary>
/// Connections go back to the pool as they are, without the statements that would put their session right. So nothing may
/// change a session: whatever is set lasts for a transaction at most.
/// </summary>
public sealed partial class SessionStateTests
{
    [Test]
    public void No_statement_changes_the_session() =>
        Assert.That(
            Repository.ProductFiles()
                .Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "Smplat.Core", "Platform", "Database", "Migrations"), "*.sql"))
                .Where(path => SessionState().IsMatch(File.ReadAllText(path))),
            Is.Empty);

    [TestCase("set search_path = here")]
    [TestCase("    set session statement_timeout = 0")]
    [TestCase("select pg_advisory_lock(1)")]
    [TestCase("create temporary table t (id int)")]
    [TestCase("listen orders")]
    [TestCase("select set_config('jit', 'off', false)")]
    public void The_rule_sees(string statement) => Assert.That(SessionState().IsMatch($"\"{statement}\""));

    [TestCase("set local jit = off")]
    [TestCase("    set status = 'pending'")]
    [TestCase("select pg_advisory_xact_lock(1)")]
    public void The_rule_lets_pass(string statement) => Assert.That(SessionState().IsMatch($"\"{statement}\""), Is.False);

    [Test]
    public async Task A_connection_comes_back_from_the_pool_without_being_put_right()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var source = SmplatDataSource.Create(new() { ConnectionString = database.ConnectionString, MaxConnections = 1 }, null);
        await using (var first = source.CreateCommand("set application_name = 'as it was left'"))
        {
            await first.ExecuteNonQueryAsync();
        }

        await using var second = source.CreateCommand("show application_name");
        Assert.That(await second.ExecuteScalarAsync(), Is.EqualTo("as it was left"));
    }

    [GeneratedRegex(
        @"(""|^)\s*set\s+(session\s+)?(search_path|role|session|time\s+zone|application_name|timezone|jit|\w+_timeout|synchronous_commit|enable_\w+|work_mem)\b|""\s*(listen|discard)\s|pg_(try_)?advisory_lock|create\s+temp|set_config\([^)]*false",
        RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex SessionState();
}
