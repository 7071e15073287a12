using Smplat.Core.Checkout;
using Smplat.Core.Payments;
using Smplat.Tests.Platform.Outbox;

namespace Smplat.Tests.Checkout;

[Parallelizable(ParallelScope.All)]
public sealed class CheckoutOperationsTests
{
    [Test]
    public async Task Concurrent_first_reads_create_one_row()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var order = await rig.AnOrderAsync(await rig.APersonAsync(), status: "pending");

        var reads = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => rig.ReadAsync(order)));

        Assert.That(reads.Select(read => (read.CurrentStage, read.Status, read.Events.Count)), Is.All.EqualTo(("payment", "not_started", 1)));
        Assert.That(reads[0].Events[0].Note, Is.EqualTo("Checkout orchestration initialized"));
        Assert.That(await rig.QueryAsync<long>("select count(*) from checkout_orchestrations"), Is.EqualTo(1));
    }

    [Test]
    public async Task An_unknown_order_is_refused_and_nothing_is_written()
    {
        await using var rig = await CheckoutFixture.StartAsync();

        var read = await rig.Get<CheckoutOperations>().ReadAsync(Guid.NewGuid(), CancellationToken.None);
        var report = await rig.ReportAsync(Guid.NewGuid(), "payment", "in_progress");

        Assert.That(((CheckoutOutcome.Refused)read).Refusal, Is.EqualTo(new CheckoutOrderNotFound()));
        Assert.That(((CheckoutOutcome.Refused)report).Refusal, Is.EqualTo(new CheckoutOrderNotFound()));
    }

    [Test]
    public async Task In_progress_and_then_completed_moves_to_the_next_stage()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var order = await rig.AnOrderAsync(await rig.APersonAsync(), status: "pending");

        await rig.ReportAsync(order, "payment", "in_progress");
        await rig.ReportAsync(order, "payment", "completed");
        await rig.ReportAsync(order, "payment", "completed");

        var checkout = await rig.ReadAsync(order);
        Assert.That((checkout.CurrentStage, checkout.Status, checkout.Version), Is.EqualTo(("verification", "not_started", 3)));
        Assert.That(checkout.Events.Select(step => step.Status), Is.EqualTo(new[] { "not_started", "in_progress", "completed" }));
    }

    [Test]
    public async Task Of_several_updates_of_the_same_version_one_succeeds()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var order = await rig.AnOrderAsync(await rig.APersonAsync(), status: "pending");
        var version = (await rig.ReadAsync(order)).Version;

        var outcomes = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(_ => rig.ReportAsync(order, "payment", "completed", expectedVersion: version)));

        Assert.That(outcomes.Count(outcome => outcome is CheckoutOutcome.Known), Is.EqualTo(1));
        Assert.That((await rig.ReadAsync(order)).CurrentStage, Is.EqualTo("verification"));
    }

    [Test]
    public async Task A_checkout_that_waits_without_a_date_gets_one()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var order = await rig.AnOrderAsync(await rig.APersonAsync(), status: "pending");

        await rig.ReportAsync(order, "payment", "waiting");

        Assert.That((await rig.ReadAsync(order)).NextActionAt, Is.EqualTo(rig.Clock.GetUtcNow().AddMinutes(30)));
    }

    [Test]
    public async Task A_checkout_follows_its_order()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var order = await rig.AnOrderAsync(await rig.APersonAsync(), status: "pending");

        await rig.MoveOrderAsync(order, "on_hold");
        var held = await rig.ReadAsync(order);
        await rig.MoveOrderAsync(order, "processing");
        var paid = await rig.ReadAsync(order);
        await rig.MoveOrderAsync(order, "completed", "fulfillment");
        var done = await rig.ReadAsync(order);

        Assert.Multiple(() =>
        {
            Assert.That((held.CurrentStage, held.Status), Is.EqualTo(("payment", "waiting")));
            Assert.That(held.NextActionAt, Is.EqualTo(rig.Clock.GetUtcNow().AddMinutes(30)));
            Assert.That((paid.CurrentStage, paid.Status, paid.NextActionAt), Is.EqualTo(("fulfillment", "in_progress", (DateTimeOffset?)null)));
            Assert.That((done.CurrentStage, done.Status), Is.EqualTo(("completed", "completed")));
            Assert.That(done.CompletedAt, Is.Not.Null);
        });
    }

    [Test]
    public async Task Opening_the_payment_page_starts_the_checkout_and_delays_the_reminder()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var order = await rig.AnOrderAsync(await rig.APersonAsync(), status: "pending");
        await rig.ExecuteAsync("update orders set created_at = @at", new { at = rig.Clock.GetUtcNow().AddMinutes(-40) });
        await OpenPaymentPageAsync(rig, order);
        var open = await rig.ReadAsync(order);

        var early = await rig.SweepAsync();
        rig.Clock.Advance(TimeSpan.FromMinutes(31));
        var late = await rig.SweepAsync();
        await OpenPaymentPageAsync(rig, order);

        Assert.That((open.CurrentStage, open.Status), Is.EqualTo(("payment", "in_progress")));
        Assert.That(open.Events[^1].Note, Is.EqualTo("Payment page opened"));
        Assert.That((early.Summary["enrolled"], late.Summary["enrolled"], late.Summary["nudges_sent"]), Is.EqualTo((0, 1, 1)));
        Assert.That((await rig.ReadAsync(order)).Status, Is.EqualTo("in_progress"), "back on the page after the prompt");
    }

    [Test]
    public async Task A_cancelled_order_ends_its_checkout_permanently()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var order = await rig.AnOrderAsync(await rig.APersonAsync(), status: "pending");

        await rig.MoveOrderAsync(order, "canceled");
        var later = await rig.ReportAsync(order, "payment", "in_progress");

        Assert.That((await rig.ReadAsync(order)).Status, Is.EqualTo("failed"));
        Assert.That(((CheckoutOutcome.Refused)later).Refusal, Is.InstanceOf<IllegalTransition>());
    }

    private static async Task OpenPaymentPageAsync(OutboxFixture rig, Guid order)
    {
        await using var connection = await rig.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        foreach (var listener in rig.Get<IEnumerable<ICheckoutStartListener>>())
        {
            await listener.OnStartedAsync(order, transaction, CancellationToken.None);
        }

        await transaction.CommitAsync();
    }
}
