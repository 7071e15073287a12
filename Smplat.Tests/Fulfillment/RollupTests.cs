using System.Text.Json;
using Smplat.Core.Fulfillment;
using Smplat.Core.Orders;

namespace Smplat.Tests.Fulfillment;

public sealed class RollupTests
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
        await using var world = await FulfillmentFixture.CreateAsync();
        var order = await world.Given.AnOrderAsync(before);
        var item = await world.Given.AnItemAsync(order);
        foreach (var status in tasks)
        {
            await world.Given.ATaskAsync(item, status: status);
        }

        await world.Get<OrderRollup>().SettleAsync([], [item], CancellationToken.None);

        Assert.That(await world.OrderStatusAsync(order), Is.EqualTo(after));
    }

    [Test]
    public async Task An_order_goes_active_and_then_completed_and_its_customer_is_told()
    {
        string? seen = null;
        FulfillmentFixture? world = null;
        var order = Guid.Empty;
        var gateway = new ScriptedGateway(async (_, _) =>
        {
            seen = await world!.OrderStatusAsync(order);
            return new ExecutionOutcome.Succeeded("{}");
        });
        await using (world = await FulfillmentFixture.CreateAsync(gateway))
        {
            var user = await world.Given.AUserAsync();
            order = await world.Given.AnOrderAsync(userId: user);
            await world.Given.ATaskAsync(await world.Given.AnItemAsync(order));

            await world.DrainAsync();

            Assert.That(seen, Is.EqualTo("active"));
            Assert.That(await world.OrderStatusAsync(order), Is.EqualTo("completed"));
            Assert.That(
                await world.ScalarAsync<string>(
                    "select string_agg(kind, ',' order by kind) from notification_outbox where user_id = @user", new { user }),
                Is.EqualTo("fulfillment_completion,order_status_update,order_status_update"));
            Assert.That(
                await world.ScalarAsync<string>(
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
        await using var world = await FulfillmentFixture.CreateAsync(gateway);
        var order = await world.Given.AnOrderAsync();
        var item = await world.Given.AnItemAsync(order);
        await world.Given.ATaskAsync(item, "instagram_setup");
        var waiting = await world.Given.ATaskAsync(item, "follower_growth", dueIn: TimeSpan.FromMinutes(1));
        await world.DrainAsync();
        Assert.That(await world.OrderStatusAsync(order), Is.EqualTo("on_hold"));

        world.Clock.Advance(TimeSpan.FromMinutes(2));
        var report = await world.DrainAsync();

        Assert.That(report.Claimed, Is.Zero);
        Assert.That((await world.TaskAsync(waiting)).Held, Is.True);
    }

    [TestCase("canceled")]
    [TestCase("on_hold")]
    public async Task Tasks_of_a_stopped_order_are_not_taken(string status)
    {
        await using var world = await FulfillmentFixture.CreateAsync(new ScriptedGateway());
        var order = await world.Given.AnOrderAsync();
        await world.Given.ATaskAsync(await world.Given.AnItemAsync(order));
        await world.Get<OrderOperations>().ChangeAsync(order, new(status, "someone", "because"), CancellationToken.None);

        Assert.That((await world.DrainAsync()).Claimed, Is.Zero);
    }

    [Test]
    public async Task Tasks_go_on_when_their_order_does()
    {
        await using var world = await FulfillmentFixture.CreateAsync(new ScriptedGateway());
        var order = await world.Given.AnOrderAsync();
        await world.Given.ATaskAsync(await world.Given.AnItemAsync(order));
        var desk = world.Get<OrderOperations>();
        await desk.ChangeAsync(order, new("on_hold", "someone", "because"), CancellationToken.None);
        await desk.ChangeAsync(order, new("processing", "someone", "settled"), CancellationToken.None);

        Assert.That((await world.DrainAsync()).Processed, Is.EqualTo(1));
    }

    [Test]
    public async Task A_hold_for_payment_outlasts_the_tasks_that_were_running()
    {
        await using var world = await FulfillmentFixture.CreateAsync();
        var order = await world.Given.AnOrderAsync("on_hold", holdReason: "payment");
        var item = await world.Given.AnItemAsync(order);
        await world.Given.ATaskAsync(item, status: "completed");

        await world.Get<OrderRollup>().SettleAsync([], [item], CancellationToken.None);

        Assert.That(await world.OrderStatusAsync(order), Is.EqualTo("on_hold"));
        Assert.That(
            await world.ScalarAsync<string>("select held_from from orders where id = @order", new { order }), Is.EqualTo("completed"));
    }

    [Test]
    public async Task Progress_counts_tasks_with_two_decimals()
    {
        await using var world = await FulfillmentFixture.CreateAsync();
        var order = await world.Given.AnOrderAsync();
        var item = await world.Given.AnItemAsync(order);
        await world.Given.ATaskAsync(item, status: "completed");
        await world.Given.ATaskAsync(item);
        await world.Given.ATaskAsync(item, status: "in_progress");

        Assert.That(
            await world.Get<OrderProgress>().FindAsync(order, CancellationToken.None),
            Is.EqualTo(new OrderProgressReport(order, "processing", 3, 1, 0, 1, 33.33m, 1)));
    }
}
