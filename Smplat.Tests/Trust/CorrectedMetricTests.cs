using Npgsql;
using Smplat.Core.Trust;
using Smplat.Tests.Support;

namespace Smplat.Tests.Trust;

/// <summary>
/// The defects of the original metrics, one by one: the contract's id keeps its formula, the corrected id gives the expected
/// value.
/// </summary>
public sealed class CorrectedMetricTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    private TestDatabase _database = null!;
    private TrustRows _rows = null!;
    private Guid _item;

    [SetUp]
    public async Task CreateAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _rows = new(_database.DataSource);
        _item = await _rows.OrderAsync(Now.AddDays(-3));
    }

    [TearDown]
    public ValueTask DropAsync() => _database.DisposeAsync();

    [TestCase(-60, 60, 1)]
    [TestCase(60, -60, 0)]
    [Property("Defect", "D2")]
    public async Task The_deadline_is_when_a_task_was_due_not_when_the_queue_may_take_it(int scheduled, int due, double onTime)
    {
        await _rows.TaskAsync(new
        {
            order_item_id = _item,
            status = "completed",
            scheduled_at = Now.AddDays(-1).AddMinutes(scheduled),
            due_at = Now.AddDays(-1).AddMinutes(due),
            completed_at = Now.AddDays(-1),
        });

        Assert.That((await MeasureAsync("fulfillment_sla_on_time_pct")).Value, Is.EqualTo(onTime));
    }

    [Test]
    [Property("Defect", "D21")]
    public async Task Failed_and_cancelled_tasks_are_not_done_on_time()
    {
        foreach (var status in new[] { "completed", "failed", "cancelled", "failed" })
        {
            await _rows.TaskAsync(new
            {
                order_item_id = _item,
                status,
                scheduled_at = Now.AddHours(status == "completed" ? -2 : -4),
                completed_at = Now.AddHours(-3),
            });
        }

        Assert.That((await MeasureAsync("fulfillment_sla_on_time_pct")).Value, Is.EqualTo(0.25));
        var corrected = await MeasureAsync("fulfillment_sla_on_time_completed_pct");
        Assert.That((corrected.Value, corrected.SampleSize), Is.EqualTo(((double?)1, 1L)));
    }

    [Test]
    [Property("Defect", "D21")]
    public async Task A_retry_does_not_make_the_first_response_late()
    {
        await _rows.TaskAsync(new
        {
            order_item_id = _item,
            status = "in_progress",
            first_started_at = Now.AddDays(-3).AddMinutes(30),
            started_at = Now.AddDays(-1),
        });

        Assert.That((await MeasureAsync("first_response_minutes")).FormattedValue, Is.EqualTo("30m"));
    }

    [Test]
    [Property("Defect", "D22")]
    public async Task Zero_overdue_minutes_is_a_value_and_not_missing()
    {
        await _rows.TaskAsync(new { order_item_id = _item, status = "pending", scheduled_at = Now.AddHours(1) });

        Assert.That((await MeasureAsync("fulfillment_backlog_minutes")).Value, Is.Null);
        var corrected = await MeasureAsync("fulfillment_backlog_total_minutes");
        Assert.That((corrected.Value, corrected.FormattedValue, corrected.SampleSize), Is.EqualTo(((double?)0, "0m", 1L)));
    }

    [Test]
    [Property("Defect", "D22")]
    public async Task Coverage_is_capped_at_a_hundred_percent_and_always_has_a_sample()
    {
        await CompletedAsync(3);
        Assert.That((await MeasureAsync("fulfillment_staffing_coverage_pct")).SampleSize, Is.Zero);
        Assert.That((await MeasureAsync("fulfillment_staffing_coverage_capped_pct")).SampleSize, Is.Positive);

        await _rows.TaskAsync(new { order_item_id = _item, status = "pending", scheduled_at = Now.AddHours(-1) });
        Assert.That((await MeasureAsync("fulfillment_staffing_coverage_pct")).Value, Is.EqualTo(3));
        Assert.That((await MeasureAsync("fulfillment_staffing_coverage_capped_pct")).FormattedValue, Is.EqualTo("100%"));
    }

    [TestCase("starts_at")]
    [TestCase("hourly_capacity")]
    [Property("Defect", "D23")]
    public void Shifts_that_end_before_they_start_or_have_less_than_no_capacity_are_refused(string wrong) =>
        Assert.That(
            () => _rows.InsertAsync("fulfillment_staffing_shifts", TrustRows.Json(new
            {
                id = Guid.NewGuid(),
                sku = "kit",
                starts_at = Now.AddHours(wrong == "starts_at" ? 9 : 0),
                ends_at = Now.AddHours(8),
                hourly_capacity = wrong == "hourly_capacity" ? -1 : 1,
            })),
            Throws.InstanceOf<PostgresException>().With.Property("SqlState").EqualTo(PostgresErrorCodes.CheckViolation));

    [Test]
    [Property("Defect", "D26")]
    public async Task The_net_promoter_score_is_not_the_mean_of_scores()
    {
        foreach (var score in new[] { 10, 9, 8, 0 })
        {
            await _rows.TaskAsync(new { order_item_id = _item, status = "completed", completed_at = Now.AddDays(-2), result = new { nps_score = score } });
        }

        Assert.That((await MeasureAsync("nps_trailing_30d")).FormattedValue, Is.EqualTo("6.8"));
        Assert.That((await MeasureAsync("nps_promoter_score_30d")).Value, Is.EqualTo(25));
    }

    private async Task CompletedAsync(int count)
    {
        for (var index = 0; index < count; index++)
        {
            await _rows.TaskAsync(new { order_item_id = _item, status = "completed", completed_at = Now.AddHours(-2) });
        }
    }

    private Task<MetricReading> MeasureAsync(string id) => TrustMetricFixture.MeasureAsync(_database.DataSource, id, Now);
}
