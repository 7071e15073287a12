using Smplat.Core.Operators;
using Smplat.Tests.Billing;
using Smplat.Tests.Checkout;

namespace Smplat.Tests.Operators;

[Parallelizable(ParallelScope.All)]
public sealed class RecoveryRepairTests
{
    [Test]
    public async Task What_was_found_is_repaired_unless_it_has_changed_since()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var person = await rig.APersonAsync();
        await rig.EnqueueAsync("order_status_update", person, "exhausted", """{"order_number":"SM1","previous_status":"a","current_status":"b"}""");
        await rig.EnqueueAsync("order_status_update", person, "unknown");
        await rig.ExecuteAsync(
            """
            update notification_outbox
            set status = 'dead', reason = case idempotency_key when 'exhausted' then 'attempts_exhausted' else 'delivery_unknown' end
            """);
        var order = await rig.AnOrderAsync(person, status: "pending");
        await rig.ReportAsync(order, "payment", "failed");
        await rig.ExecuteAsync("update orders set status = 'active'");
        var session = await rig.ASessionAsync(await rig.AnInvoiceAsync(person));
        var moved = await rig.ASessionAsync(await rig.AnInvoiceAsync(person, "INV-2"));
        var repair = rig.Get<RecoveryRepair>();

        var plan = await repair.InspectAsync(100, CancellationToken.None);
        await rig.ExecuteAsync("update hosted_checkout_sessions set retry_count = 3 where id = @moved", new { moved });
        var results = await repair.ApplyAsync(plan, CancellationToken.None);
        var again = await repair.ApplyAsync(plan, CancellationToken.None);
        await rig.DeliverAsync();

        string Outcome(IReadOnlyList<RepairResult> list, Guid id) => list.Single(result => result.Item.Id == id).Outcome;
        Assert.Multiple(async () =>
        {
            Assert.That(plan.Items.Select(item => item.Action), Is.EquivalentTo(new[] { "redrive", "leave", "follow_order", "schedule", "schedule" }));
            Assert.That(Outcome(results, session), Is.EqualTo(RecoveryRepair.Done));
            Assert.That(Outcome(results, moved), Is.EqualTo(RecoveryRepair.Changed));
            Assert.That(results.Count(result => result.Outcome == RecoveryRepair.Left), Is.EqualTo(1));
            Assert.That(again.Select(result => result.Outcome), Has.None.EqualTo(RecoveryRepair.Done));
            Assert.That((await rig.ReadAsync(order)).CurrentStage, Is.EqualTo("fulfillment"));
            Assert.That(rig.Smtp.Mails, Has.Count.EqualTo(1));
            Assert.That((await repair.InspectAsync(100, CancellationToken.None)).Items, Has.Count.EqualTo(2));
        });
    }
}
