using Smplat.Core.Fulfillment;

namespace Smplat.Tests.Fulfillment;

public sealed class DeadLetterOperationsTests
{
    private static readonly HandleDeadLetter Decision = new("ops", "the provider is back");

    private static readonly DeadLetterFilter Everything = new(null, null, null, null, null, 50);

    [Test]
    public async Task A_replayed_task_has_all_its_retries_again_and_its_order_is_released()
    {
        var works = false;
        var gateway = new ScriptedGateway(_ => works
            ? new ExecutionOutcome.Succeeded("{}")
            : new ExecutionOutcome.Failed("no", IsPermanent: true));
        await using var fixture = await FulfillmentFixture.CreateAsync(gateway);
        var order = await fixture.Given.AnOrderAsync();
        var id = await fixture.Given.ATaskAsync(await fixture.Given.AnItemAsync(order));
        await fixture.RunWorkerAsync();
        Assert.That(await fixture.OrderStatusAsync(order), Is.EqualTo("on_hold"));

        var outcome = await fixture.Get<DeadLetterOperations>().ReplayAsync(id, Decision, CancellationToken.None);
        works = true;
        await fixture.RunWorkerAsync();

        Assert.That(outcome, Is.EqualTo(new DeadLetterOutcome.Done(id, "pending", "processing", false)));
        Assert.That(await fixture.OrderStatusAsync(order), Is.EqualTo("completed"));
        Assert.That((await fixture.TaskAsync(id)).RetryCount, Is.Zero);
    }

    [Test]
    public async Task A_replayed_task_waits_while_another_dead_letter_keeps_the_order_on_hold()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync(ScriptedGateway.Failing(isPermanent: true));
        var item = await fixture.Given.AnItemAsync(await fixture.Given.AnOrderAsync());
        var (first, second) = (await fixture.Given.ATaskAsync(item), await fixture.Given.ATaskAsync(item));
        await fixture.RunWorkerAsync();
        var desk = fixture.Get<DeadLetterOperations>();

        var one = (DeadLetterOutcome.Done)await desk.ReplayAsync(first, Decision, CancellationToken.None);
        var other = (DeadLetterOutcome.Done)await desk.DiscardAsync(second, Decision, CancellationToken.None);

        Assert.That((one.Held, one.OrderStatus), Is.EqualTo((true, "on_hold")));
        Assert.That((other.Status, other.OrderStatus), Is.EqualTo(("cancelled", "processing")));
        Assert.That((await fixture.TaskAsync(first)).Held, Is.False);
    }

    [Test]
    public async Task Decisions_are_recorded_with_actor_and_reason()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync(ScriptedGateway.Failing(isPermanent: true));
        var id = await fixture.Given.ATaskAsync();
        await fixture.RunWorkerAsync();
        var desk = fixture.Get<DeadLetterOperations>();
        await desk.ReplayAsync(id, Decision, CancellationToken.None);
        await fixture.RunWorkerAsync();

        var file = (await desk.FindAsync(id, CancellationToken.None))!;

        Assert.That(file.Task.Replays, Is.EqualTo(1));
        Assert.That(file.Attempts.Select(attempt => attempt.Outcome), Is.EqualTo(new[] { "dead_letter", "dead_letter" }));
        var action = file.Actions.Single();
        Assert.That((action.Action, action.Actor, action.Reason, action.ErrorBefore), Is.EqualTo(("replay", "ops", "the provider is back", "boom")));
    }

    [Test]
    public async Task Dead_letters_of_canceled_orders_cannot_be_replayed()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync();
        var desk = fixture.Get<DeadLetterOperations>();
        var canceled = await fixture.Given.ATaskAsync(await fixture.Given.AnItemAsync(await fixture.Given.AnOrderAsync("canceled")), status: "failed");

        Assert.That(await desk.ReplayAsync(Guid.NewGuid(), Decision, CancellationToken.None), Is.TypeOf<DeadLetterOutcome.Refused>());
        Assert.That(
            await desk.ReplayAsync(await fixture.Given.ATaskAsync(), Decision, CancellationToken.None), Is.TypeOf<DeadLetterOutcome.Refused>());
        Assert.That(await desk.ReplayAsync(canceled, Decision, CancellationToken.None), Is.TypeOf<DeadLetterOutcome.Refused>());
        Assert.That(await desk.DiscardAsync(canceled, Decision, CancellationToken.None), Is.TypeOf<DeadLetterOutcome.Done>());
    }

    [Test]
    public async Task A_redrive_replays_the_oldest_that_match_up_to_its_limit()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync(ScriptedGateway.Failing("provider is down", isPermanent: true));
        for (var i = 0; i < 5; i++)
        {
            await fixture.Given.ATaskAsync(type: i < 4 ? "follower_growth" : "content_promotion");
        }

        await fixture.RunWorkerAsync();
        var filter = Everything with { TaskType = "follower_growth", ErrorContains = "IS DOWN", Limit = 3 };
        var report = await fixture.Get<DeadLetterOperations>().RedriveAsync(new(filter, "ops", "it is back"), CancellationToken.None);

        Assert.That(report, Is.EqualTo(new RedriveReport(3, 1)));
        Assert.That(
            await fixture.ScalarAsync<long>("select count(*) from fulfillment_tasks where status = 'pending'"), Is.EqualTo(3));
    }

    [Test]
    public async Task The_list_can_be_filtered()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync(ScriptedGateway.Failing(isPermanent: true));
        var order = await fixture.Given.AnOrderAsync();
        var id = await fixture.Given.ATaskAsync(await fixture.Given.AnItemAsync(order));
        await fixture.Given.ATaskAsync(type: "follower_growth");
        await fixture.RunWorkerAsync();
        var desk = fixture.Get<DeadLetterOperations>();

        Assert.That(await desk.ListAsync(Everything, CancellationToken.None), Has.Count.EqualTo(2));
        Assert.That(
            (await desk.ListAsync(Everything with { OrderId = order }, CancellationToken.None)).Single().TaskId, Is.EqualTo(id));
        Assert.That(await desk.ListAsync(Everything with { ErrorContains = "other" }, CancellationToken.None), Is.Empty);
        Assert.That(await desk.ListAsync(Everything with { Before = fixture.Clock.GetUtcNow() }, CancellationToken.None), Is.Empty);
    }
}
