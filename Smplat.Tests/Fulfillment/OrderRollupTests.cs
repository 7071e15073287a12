using System.Text.Json;
using Smplat.Core.Fulfillment;
using Smplat.Core.Orders;

namespace Smplat.Tests.Fulfillment;

public sealed class OrderRollupTests
{
    private static readonly JsonElement Vectors = JsonElement.Parse(File.ReadAllText(
        Path.Combine(TestContext.CurrentContext.TestDirectory, "Fulfillment", "Vectors", "worker_vectors.json")));

    private static IEnumerable<TestCaseData> StatusCases =>
        from entry in Vectors.GetProperty("order_status_cases").EnumerateArray()
        let tasks = entry.GetProperty("task_statuses").EnumerateArray().Select(status => status.GetString()!).ToArray()
        select new TestCaseData(
            entry.GetProperty("order_status").GetString(), tasks, entry.GetProperty("order_status_after").GetString())
            .SetArgDisplayNames($"{entry.GetProperty("order_status")} with {string.Join('+', tasks)}");

    [TestCaseSource(nameof(StatusCases))]
    public async Task An_order_follows_its_tasks(string before, string[] tasks, string after)
    {
        await using var fixture = await FulfillmentFixture.CreateAsync();
        var order = await fixture.Given.AnOrderAsync(before);
        var item = await fixture.Given.AnItemAsync(order);
        foreach (var status in tasks)
        {
            await fixture.Given.ATaskAsync(item, status: status);
        }

        await fixture.Get<OrderRollup>().SettleAsync([], [item], CancellationToken.None);

        Assert.That(await fixture.OrderStatusAsync(order), Is.EqualTo(after));
    }

    [Test]
    public async Task An_order_becomes_active_then_completed_and_its_customer_is_notified()
    {
        string? seen = null;
        FulfillmentFixture? fixture = null;
        var order = Guid.Empty;
        var gateway = new ScriptedGateway(async (_, _) =>
        {
            seen = await fixture!.OrderStatusAsync(order);
            return new ExecutionOutcome.Succeeded("{}");
        });
        await using (fixture = await FulfillmentFixture.CreateAsync(gateway))
        {
            var user = await fixture.Given.AUserAsync();
            order = await fixture.Given.AnOrderAsync(userId: user);
            await fixture.Given.ATaskAsync(await fixture.Given.AnItemAsync(order));

            await fixture.RunWorkerAsync();

            Assert.That(seen, Is.EqualTo("active"));
            Assert.That(await fixture.OrderStatusAsync(order), Is.EqualTo("completed"));
            Assert.That(
                await fixture.ScalarAsync<string>(
                    "select string_agg(kind, ',' order by kind) from notification_outbox where user_id = @user", new { user }),
                Is.EqualTo("fulfillment_completion,order_status_update,order_status_update"));
            Assert.That(
                await fixture.ScalarAsync<string>(
                    "select string_agg(from_status || '>' || to_status, ' ' order by sequence) from order_status_change"),
                Is.EqualTo("processing>active active>completed"));
        }
    }

    [Test]
    public async Task A_dead_letter_puts_its_order_on_hold_and_the_other_tasks_wait()
    {
        var gateway = new ScriptedGateway(task => task.TaskType == "instagram_setup"
            ? new ExecutionOutcome.Failed("no", IsPermanent: true)
            : new ExecutionOutcome.Succeeded("{}"));
        await using var fixture = await FulfillmentFixture.CreateAsync(gateway);
        var order = await fixture.Given.AnOrderAsync();
        var item = await fixture.Given.AnItemAsync(order);
        await fixture.Given.ATaskAsync(item, "instagram_setup");
        var waiting = await fixture.Given.ATaskAsync(item, "follower_growth", dueIn: TimeSpan.FromMinutes(1));
        await fixture.RunWorkerAsync();
        Assert.That(await fixture.OrderStatusAsync(order), Is.EqualTo("on_hold"));

        fixture.Clock.Advance(TimeSpan.FromMinutes(2));
        var report = await fixture.RunWorkerAsync();

        Assert.That(report.Claimed, Is.Zero);
        Assert.That((await fixture.TaskAsync(waiting)).Held, Is.True);
    }

    [TestCase("canceled")]
    [TestCase("on_hold")]
    public async Task Tasks_of_a_stopped_order_are_not_claimed(string status)
    {
        await using var fixture = await FulfillmentFixture.CreateAsync(new ScriptedGateway());
        var order = await fixture.Given.AnOrderAsync();
        await fixture.Given.ATaskAsync(await fixture.Given.AnItemAsync(order));
        await fixture.Get<OrderOperations>().ChangeAsync(order, new(status, "someone", "because"), CancellationToken.None);

        Assert.That((await fixture.RunWorkerAsync()).Claimed, Is.Zero);
    }

    [Test]
    public async Task Tasks_continue_when_their_order_is_released()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync(new ScriptedGateway());
        var order = await fixture.Given.AnOrderAsync();
        await fixture.Given.ATaskAsync(await fixture.Given.AnItemAsync(order));
        var desk = fixture.Get<OrderOperations>();
        await desk.ChangeAsync(order, new("on_hold", "someone", "because"), CancellationToken.None);
        await desk.ChangeAsync(order, new("processing", "someone", "settled"), CancellationToken.None);

        Assert.That((await fixture.RunWorkerAsync()).Processed, Is.EqualTo(1));
    }

    [Test]
    public async Task A_hold_by_payment_outlasts_the_tasks_that_were_running()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync();
        var order = await fixture.Given.AnOrderAsync("on_hold", holdReason: "payment");
        var item = await fixture.Given.AnItemAsync(order);
        await fixture.Given.ATaskAsync(item, status: "completed");

        await fixture.Get<OrderRollup>().SettleAsync([], [item], CancellationToken.None);

        Assert.That(await fixture.OrderStatusAsync(order), Is.EqualTo("on_hold"));
        Assert.That(
            await fixture.ScalarAsync<string>("select held_from from orders where id = @order", new { order }), Is.EqualTo("completed"));
    }

    [Test]
    public async Task Progress_counts_tasks_with_two_decimals()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync();
        var order = await fixture.Given.AnOrderAsync();
        var item = await fixture.Given.AnItemAsync(order);
        await fixture.Given.ATaskAsync(item, status: "completed");
        await fixture.Given.ATaskAsync(item);
        await fixture.Given.ATaskAsync(item, status: "in_progress");

        Assert.That(
            await fixture.Get<OrderProgress>().FindAsync(order, CancellationToken.None),
            Is.EqualTo(new OrderProgressReport(order, "processing", 3, 1, 0, 1, 33.33m, 1)));
    }
}
