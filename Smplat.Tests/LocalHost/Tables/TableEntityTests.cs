using Azure.Data.Tables;

namespace Smplat.Tests.LocalHost.Tables;

public sealed class TableEntityTests
{
    private static readonly DateTimeOffset Moment = new(2026, 3, 2, 9, 30, 15, 123, TimeSpan.Zero);

    [Test]
    public async Task Every_type_of_property_comes_back_as_it_went()
    {
        var table = await TestTable.CreateAsync();
        var id = Guid.NewGuid();
        var sent = new TableEntity("p", "r")
        {
            ["text"] = "a \"b\" ü 🛒",
            ["int"] = int.MinValue,
            ["long"] = 5L,
            ["double"] = 1.5,
            ["whole"] = 3.0,
            ["infinite"] = double.PositiveInfinity,
            ["bool"] = true,
            ["moment"] = Moment.ToOffset(TimeSpan.FromHours(5)),
            ["guid"] = id,
            ["bytes"] = new byte[] { 0, 1, 255 },
        };

        await table.AddEntityAsync(sent);
        var read = (await table.GetEntityIfExistsAsync<TableEntity>("p", "r")).Value!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(read.GetString("text"), Is.EqualTo("a \"b\" ü 🛒"));
            Assert.That(read.GetInt32("int"), Is.EqualTo(int.MinValue));
            Assert.That(read["long"], Is.EqualTo(5L).And.TypeOf<long>());
            Assert.That(read.GetDouble("double"), Is.EqualTo(1.5));
            Assert.That(read["whole"], Is.EqualTo(3.0).And.TypeOf<double>());
            Assert.That(read.GetDouble("infinite"), Is.EqualTo(double.PositiveInfinity));
            Assert.That(read.GetBoolean("bool"), Is.True);
            Assert.That(read.GetDateTimeOffset("moment"), Is.EqualTo(Moment));
            Assert.That(read["guid"], Is.EqualTo(id));
            Assert.That(read.GetBinary("bytes"), Is.EqualTo(new byte[] { 0, 1, 255 }));
            Assert.That(read.GetBinaryData("bytes")!.ToArray(), Is.EqualTo(new byte[] { 0, 1, 255 }));
            Assert.That(read.GetString("absent"), Is.Null);
            Assert.That(read["absent"], Is.Null);
            Assert.That(read.Timestamp, Is.GreaterThan(DateTimeOffset.UnixEpoch));
            Assert.That(read.ETag.ToString(), Does.StartWith("W/"));
        }
    }

    [Test]
    public async Task A_class_of_ones_own_is_bound_by_property_names()
    {
        var table = await TestTable.CreateAsync();

        await table.UpsertEntityAsync(new Quote { PartitionKey = "p", RowKey = "r", Cents = 120, At = Moment, Kind = DayOfWeek.Friday });
        var read = (await table.GetEntityIfExistsAsync<Quote>("p", "r")).Value!;

        Assert.That(
            (read.PartitionKey, read.Cents, read.At, read.Kind, read.Note),
            Is.EqualTo(("p", 120L, (DateTimeOffset?)Moment, DayOfWeek.Friday, (string?)null)));
        Assert.That(read.ETag, Is.Not.EqualTo(default(Azure.ETag)));
    }

    [Test]
    public void A_property_of_another_type_is_refused()
    {
        var entity = new TableEntity("p", "r") { ["text"] = "a" };

        Assert.That(() => entity.GetInt32("text"), Throws.InvalidOperationException);
    }

    private sealed class Quote : ITableEntity
    {
        public string PartitionKey { get; set; } = "";

        public string RowKey { get; set; } = "";

        public DateTimeOffset? Timestamp { get; set; }

        public Azure.ETag ETag { get; set; }

        public long Cents { get; set; }

        public DateTimeOffset? At { get; set; }

        public DayOfWeek Kind { get; set; }

        public string? Note { get; set; }
    }
}
