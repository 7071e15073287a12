using System.Text.Json;
using Smplat.Core.Fulfillment;

namespace Smplat.Tests.Fulfillment;

public sealed class FailureTests
{
    private static readonly JsonElement Vectors = JsonElement.Parse(File.ReadAllText(
        Path.Combine(TestContext.CurrentContext.TestDirectory, "Fulfillment", "Vectors", "worker_vectors.json")));

    private static IEnumerable<TestCaseData> BackoffCases =>
        Vectors.GetProperty("retry_backoff_cases").EnumerateArray().Select(entry => new TestCaseData(
            entry.GetProperty("retry_count_before").GetInt32(), entry.GetProperty("delay_seconds").GetInt32()));

    private static IEnumerable<TestCaseData> Ladders =>
        Vectors.GetProperty("retry_ladders").EnumerateArray().Select(entry => new TestCaseData(entry)
            .SetArgDisplayNames($"max_retries {entry.GetProperty("max_retries")}"));

    [TestCaseSource(nameof(BackoffCases))]
    public void Waits_double_from_one_minute_up_to_half_an_hour(int retries, int seconds) =>
        Assert.That(FailurePolicy.Waits.After(retries + 1), Is.EqualTo(TimeSpan.FromSeconds(seconds)));

    [TestCaseSource(nameof(Ladders))]
    public async Task A_task_that_always_fails_climbs_the_ladder(JsonElement ladder)
    {
        await using var world = await FulfillmentFixture.CreateAsync(ScriptedGateway.Failing());
        var id = await world.Given.ATaskAsync(maxRetries: ladder.GetProperty("max_retries").GetInt32());

        foreach (var step in ladder.GetProperty("every_attempt_fails").EnumerateArray())
        {
            var before = await world.TaskAsync(id);
            Assert.That(before.RetryCount, Is.EqualTo(step.GetProperty("retry_count_before").GetInt32()));

            await world.DrainAsync();

            var after = await world.TaskAsync(id);
            Assert.That(after.Status, Is.EqualTo(step.GetProperty("status_after").GetString()));
            Assert.That(after.Attempt, Is.EqualTo(step.GetProperty("attempt").GetInt32()));
            if (step.TryGetProperty("delay_seconds", out var delay))
            {
                Assert.That(after.ScheduledAt, Is.EqualTo(world.Clock.GetUtcNow().AddSeconds(delay.GetInt32())));
                Assert.That(after.RetryCount, Is.EqualTo(step.GetProperty("row_retry_count_after").GetInt32()));
                Assert.That((after.StartedAt, after.Result), Is.EqualTo(((DateTimeOffset?)null, (string?)null)));
                world.Clock.Advance(TimeSpan.FromSeconds(delay.GetInt32()));
            }
            else
            {
                Assert.That(
                    JsonElement.DeepEquals(JsonElement.Parse(after.Result!), step.GetProperty("result_after")), Is.True, after.Result);
                Assert.That(after.RetryCount, Is.EqualTo(before.RetryCount), "the number of retries that really happened");
            }
        }
    }

    [Test]
    public async Task A_permanent_failure_is_a_dead_letter_at_once()
    {
        await using var world = await FulfillmentFixture.CreateAsync(ScriptedGateway.Failing(isPermanent: true));
        var id = await world.Given.ATaskAsync();

        var report = await world.DrainAsync();

        Assert.That((report.DeadLettered, report.Retried), Is.EqualTo((1, 0)));
        Assert.That((await world.TaskAsync(id)).Status, Is.EqualTo("failed"));
    }

    [TestCase(30, 60)]
    [TestCase(600, 600)]
    [TestCase(1_000_000, 86_400)]
    public async Task The_longer_of_backoff_and_retry_after_wins(int retryAfter, int expected)
    {
        await using var world = await FulfillmentFixture.CreateAsync(
            ScriptedGateway.Failing(retryAfter: TimeSpan.FromSeconds(retryAfter)));
        var id = await world.Given.ATaskAsync();

        await world.DrainAsync();

        Assert.That((await world.TaskAsync(id)).ScheduledAt, Is.EqualTo(world.Clock.GetUtcNow().AddSeconds(expected)));
    }

    [Test]
    public async Task The_customer_is_told_of_a_retry_in_the_same_commit()
    {
        await using var world = await FulfillmentFixture.CreateAsync(ScriptedGateway.Failing());
        var user = await world.Given.AUserAsync();
        var id = await world.Given.ATaskAsync(await world.Given.AnItemAsync(await world.Given.AnOrderAsync(userId: user)));

        await world.DrainAsync();

        var payload = JsonElement.Parse((await world.ScalarAsync<string>(
            "select payload::text from notification_outbox where kind = 'fulfillment_retry' and user_id = @user", new { user }))!);
        Assert.That(payload.GetProperty("task_id").GetGuid(), Is.EqualTo(id));
        Assert.That(payload.GetProperty("retry_count").GetInt32(), Is.EqualTo(1));
        Assert.That(payload.GetProperty("last_error").GetString(), Is.EqualTo("boom"));
    }

    [Test]
    public async Task First_start_and_due_time_survive_retries()
    {
        await using var world = await FulfillmentFixture.CreateAsync(ScriptedGateway.Failing());
        var id = await world.Given.ATaskAsync();
        await world.ExecuteAsync("update fulfillment_tasks set due_at = scheduled_at where id = @id", new { id });
        var first = world.Clock.GetUtcNow();

        await world.DrainAsync();
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        await world.DrainAsync();

        var task = await world.TaskAsync(id);
        Assert.That((task.FirstStartedAt, task.DueAt), Is.EqualTo(((DateTimeOffset?)first, (DateTimeOffset?)first)));
    }

    [Test]
    public async Task Every_failed_attempt_stays_on_record()
    {
        await using var world = await FulfillmentFixture.CreateAsync(ScriptedGateway.Failing());
        var id = await world.Given.ATaskAsync(maxRetries: 1);
        await world.DrainAsync();
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        await world.DrainAsync();

        Assert.That(
            await world.ScalarAsync<string>(
                "select string_agg(attempt || ' ' || outcome, ', ' order by id) from fulfillment_task_failure where task_id = @id",
                new { id }),
            Is.EqualTo("1 retry, 2 dead_letter"));
    }
}
