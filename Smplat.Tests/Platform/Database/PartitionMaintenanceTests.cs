using Dapper;
using Smplat.Core.Platform.Database;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Database;

public sealed class PartitionUpkeepTests
{
    private const string Setup =
        """
        create table sample_log (id bigint, at timestamptz not null) partition by range (at);
        insert into partitioned_table (table_name, retention_months) values ('sample_log', 2);
        create table sample_log_y2025m01 partition of sample_log
            for values from ('2025-01-01 00:00:00+00') to ('2025-02-01 00:00:00+00');
        """;

    [Test]
    public async Task Missing_months_are_made_once_and_expired_ones_dropped()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using (var connection = await database.DataSource.OpenConnectionAsync())
        {
            await connection.ExecuteAsync(Sql.Command(Setup, null, CancellationToken.None));
        }

        var upkeep = new PartitionMaintenance(new PartitionStore(database.DataSource), new FixedClock());
        var both = await Task.WhenAll(upkeep.EnsureAsync(CancellationToken.None), upkeep.EnsureAsync(CancellationToken.None));
        var again = await upkeep.EnsureAsync(CancellationToken.None);
        var dropped = await upkeep.DropExpiredAsync(CancellationToken.None);

        Assert.That(both.SelectMany(names => names), Does.Contain("sample_log_y2026m03"));
        Assert.That(again, Is.Empty);
        Assert.That(dropped, Does.Contain("sample_log_y2025m01"));
    }
}
