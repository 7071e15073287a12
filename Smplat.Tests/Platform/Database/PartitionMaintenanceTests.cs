using Dapper;
using Smplat.Core.Platform.Database;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Database;

public sealed class PartitionMaintenanceTests
{
    private const string Setup =
        """
        create table sample_log (id bigint, at timestamptz not null) partition by range (at);
        insert into partitioned_table (table_name, retention_months) values ('sample_log', 2);
        create table sample_log_y2025m01 partition of sample_log
            for values from ('2025-01-01 00:00:00+00') to ('2025-02-01 00:00:00+00');
        """;

    [Test]
    public async Task Missing_months_are_created_once_and_expired_ones_are_dropped()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using (var connection = await database.DataSource.OpenConnectionAsync())
        {
            await connection.ExecuteAsync(Sql.Command(Setup, null, CancellationToken.None));
        }

        var maintenance = new PartitionMaintenance(new PartitionStore(database.DataSource), new FixedClock());
        var both = await Task.WhenAll(maintenance.EnsureAsync(CancellationToken.None), maintenance.EnsureAsync(CancellationToken.None));
        var again = await maintenance.EnsureAsync(CancellationToken.None);
        var dropped = await maintenance.DropExpiredAsync(CancellationToken.None);

        Assert.That(both.SelectMany(names => names), Does.Contain("sample_log_y2026m03"));
        Assert.That(again, Is.Empty);
        Assert.That(dropped, Does.Contain("sample_log_y2025m01"));
    }
}

public sealed class PartitionPolicyTests
{
    private static readonly DateTimeOffset NewYearsEve = new(2026, 12, 31, 23, 59, 59, TimeSpan.Zero);

    [Test]
    public void The_previous_month_the_current_one_and_three_more_are_needed() =>
        Assert.That(
            PartitionPolicy.Needed("edge_logs", NewYearsEve).Select(month => month.Name),
            Is.EqualTo(new[]
            {
                "edge_logs_y2026m11", "edge_logs_y2026m12", "edge_logs_y2027m01", "edge_logs_y2027m02", "edge_logs_y2027m03",
            }));

    [TestCase("2026-03-31T23:59:59Z", 3, false)]
    [TestCase("2026-04-01T00:00:00Z", 3, true)]
    [TestCase("2036-04-01T00:00:00Z", null, false)]
    public void A_month_expires_when_all_of_it_is_past_the_retention(DateTimeOffset now, int? retention, bool expired) =>
        Assert.That(
            PartitionPolicy.IsExpired(new("edge_logs", new DateOnly(2025, 12, 1)), retention, now), Is.EqualTo(expired));

    [Test]
    public void Names_are_parsed_and_other_tables_are_ignored()
    {
        var month = new MonthPartition("commerce.log", new DateOnly(2026, 2, 1));

        Assert.That(MonthPartition.Parse("commerce.log", month.Name), Is.EqualTo(month));
        Assert.That(MonthPartition.Parse("commerce.log", "commerce.log_default"), Is.Null);
        Assert.That(MonthPartition.Parse("log", "log_y2026m13"), Is.Null);
    }
}
