using System.Text.Json;
using Smplat.Core.Fulfillment;

namespace Smplat.Tests.Fulfillment;

public sealed class TaskFailuresTests
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
    public async Task A_task_that_always_fails_waits_longer_each_time(JsonElement ladder)
    {
        await using var fixture = await FulfillmentFixture.CreateAsync(ScriptedGateway.Failing());
        var id = await fixture.Given.ATaskAsync(maxRetries: ladder.GetProperty("max_retries").GetInt32());

        foreach (var step in ladder.GetProperty("every_attempt_fails").EnumerateArray())
        {
            var before = await fixture.TaskAsync(id);
            Assert.That(before.RetryCount, Is.EqualTo(step.GetProperty("retry_count_before").GetInt32()));

            await fixture.RunWorkerAsync();

            var after = await fixture.TaskAsync(id);
            Assert.That(after.Status, Is.EqualTo(step.GetProperty("status_after").GetString()));
            Assert.That(after.Attempt, Is.EqualTo(step.GetProperty("attempt").GetInt32()));
            if (step.TryGetProperty("delay_seconds", out var delay))
            {
                Assert.That(after.ScheduledAt, Is.EqualTo(fixture.Clock.GetUtcNow().AddSeconds(delay.GetInt32())));
                Assert.That(after.RetryCount, Is.EqualTo(step.GetProperty("row_retry_count_after").GetInt32()));
                Assert.That((after.StartedAt, after.Result), Is.EqualTo(((DateTimeOffset?)null, (string?)null)));
                fixture.Clock.Advance(TimeSpan.FromSeconds(delay.GetInt32()));
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
    public async Task A_permanent_failure_becomes_a_dead_letter_immediately()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync(ScriptedGateway.Failing(isPermanent: true));
        var id = await fixture.Given.ATaskAsync();

        var report = await fixture.RunWorkerAsync();

        Assert.That((report.DeadLettered, report.Retried), Is.EqualTo((1, 0)));
        Assert.That((await fixture.TaskAsync(id)).Status, Is.EqualTo("failed"));
    }

    [TestCase(30, 60)]
    [TestCase(600, 600)]
    [TestCase(1_000_000, 86_400)]
    public async Task The_longer_of_backoff_and_retry_after_applies(int retryAfter, int expected)
    {
        await using var fixture = await FulfillmentFixture.CreateAsync(
            ScriptedGateway.Failing(retryAfter: TimeSpan.FromSeconds(retryAfter)));
        var id = await fixture.Given.ATaskAsync();

        await fixture.RunWorkerAsync();

        Assert.That((await fixture.TaskAsync(id)).ScheduledAt, Is.EqualTo(fixture.Clock.GetUtcNow().AddSeconds(expected)));
    }

    [Test]
    public async Task The_customer_is_notified_of_a_retry_in_the_same_commit()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync(ScriptedGateway.Failing());
        var user = await fixture.Given.AUserAsync();
        var id = await fixture.Given.ATaskAsync(await fixture.Given.AnItemAsync(await fixture.Given.AnOrderAsync(userId: user)));

        await fixture.RunWorkerAsync();

        var payload = JsonElement.Parse((await fixture.ScalarAsync<string>(
            "select payload::text from notification_outbox where kind = 'fulfillment_retry' and user_id = @user", new { user }))!);
        Assert.That(payload.GetProperty("task_id").GetGuid(), Is.EqualTo(id));
        Assert.That(payload.GetProperty("retry_count").GetInt32(), Is.EqualTo(1));
        Assert.That(payload.GetProperty("last_error").GetString(), Is.EqualTo("boom"));
    }

    [Test]
    public async Task First_start_and_due_time_survive_retries()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync(ScriptedGateway.Failing());
        var id = await fixture.Given.ATaskAsync();
        await fixture.ExecuteAsync("update fulfillment_tasks set due_at = scheduled_at where id = @id", new { id });
        var first = fixture.Clock.GetUtcNow();

        await fixture.RunWorkerAsync();
        fixture.Clock.Advance(TimeSpan.FromMinutes(5));
        await fixture.RunWorkerAsync();

        var task = await fixture.TaskAsync(id);
        Assert.That((task.FirstStartedAt, task.DueAt), Is.EqualTo(((DateTimeOffset?)first, (DateTimeOffset?)first)));
    }

    [Test]
    public async Task Every_failed_attempt_is_recorded()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync(ScriptedGateway.Failing());
        var id = await fixture.Given.ATaskAsync(maxRetries: 1);
        await fixture.RunWorkerAsync();
        fixture.Clock.Advance(TimeSpan.FromMinutes(1));
        await fixture.RunWorkerAsync();

        Assert.That(
            await fixture.ScalarAsync<string>(
                "select string_agg(attempt || ' ' || outcome, ', ' order by id) from fulfillment_task_failure where task_id = @id",
                new { id }),
            Is.EqualTo("1 retry, 2 dead_letter"));
    }
}
