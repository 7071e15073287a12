using Smplat.Core.Platform.Database;

namespace Smplat.Tests.Platform.Database;

public sealed class PartitionPolicyTests
{
    private static readonly DateTimeOffset NewYearsEve = new(2026, 12, 31, 23, 59, 59, TimeSpan.Zero);

    [Test]
    public void The_last_month_this_one_and_three_ahead_are_needed() =>
        Assert.That(
            PartitionPolicy.Needed("edge_logs", NewYearsEve).Select(month => month.Name),
            Is.EqualTo(new[]
            {
                "edge_logs_y2026m11", "edge_logs_y2026m12", "edge_logs_y2027m01", "edge_logs_y2027m02", "edge_logs_y2027m03",
            }));

    [TestCase("2026-03-31T23:59:59Z", 3, false)]
    [TestCase("2026-04-01T00:00:00Z", 3, true)]
    [TestCase("2036-04-01T00:00:00Z", null, false)]
    public void A_month_goes_when_all_of_it_is_past_the_retention(DateTimeOffset now, int? retention, bool expired) =>
        Assert.That(
            PartitionPolicy.IsExpired(new("edge_logs", new DateOnly(2025, 12, 1)), retention, now), Is.EqualTo(expired));

    [Test]
    public void Names_are_read_back_and_other_tables_are_left_alone()
    {
        var month = new MonthPartition("commerce.log", new DateOnly(2026, 2, 1));

        Assert.That(MonthPartition.Parse("commerce.log", month.Name), Is.EqualTo(month));
        Assert.That(MonthPartition.Parse("commerce.log", "commerce.log_default"), Is.Null);
        Assert.That(MonthPartition.Parse("log", "log_y2026m13"), Is.Null);
    }
}
