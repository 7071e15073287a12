using System.Text.Json;
using Smplat.Core.Billing;
using Smplat.Core.Payments;
using Smplat.Tests.Checkout;
using Smplat.Tests.Platform.Outbox;

namespace Smplat.Tests.Billing;

[Parallelizable(ParallelScope.All)]
public sealed class HostedEventsTests
{
    [Test]
    public async Task Completed_is_final_and_pays_the_invoice()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var invoice = await rig.AnInvoiceAsync(await rig.APersonAsync());
        var session = await rig.ASessionAsync(invoice, "initiated");

        await ApplyAsync(rig, "checkout.session.completed", new { id = $"cs_{session:N}", payment_intent = "pi_1", status = "complete" });
        await ApplyAsync(rig, "checkout.session.expired", new { id = $"cs_{session:N}", status = "expired" });

        var found = await rig.SessionAsync(session);
        Assert.That((found.Status, found.CompletedAt, found.InvoiceStatus, found.BalanceDue), Is.EqualTo(("completed", (DateTimeOffset?)rig.Clock.GetUtcNow(), "paid", 0m)));
        Assert.That(found.Metadata, Does.Contain("checkout.session.completed").And.Contain("pi_1"));
    }

    [Test]
    public async Task Failed_and_expired_sessions_become_due_for_recovery()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var invoice = await rig.AnInvoiceAsync(await rig.APersonAsync());
        var failed = await rig.ASessionAsync(invoice, "initiated");
        var expired = await rig.ASessionAsync(invoice, "initiated");

        await ApplyAsync(rig, "checkout.session.async_payment_failed", new { id = $"cs_{failed:N}", status = "complete" });
        await ApplyAsync(rig, "checkout.session.expired", new { id = $"cs_{expired:N}", status = "expired" });

        var (first, second) = (await rig.SessionAsync(failed), await rig.SessionAsync(expired));
        Assert.That((first.Status, first.NextRetryAt), Is.EqualTo(("failed", (DateTimeOffset?)rig.Clock.GetUtcNow().AddMinutes(10))));
        Assert.That((second.Status, second.NextRetryAt), Is.EqualTo(("expired", (DateTimeOffset?)rig.Clock.GetUtcNow())));
    }

    [Test]
    public async Task An_abandoned_session_can_only_become_paid()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var invoice = await rig.AnInvoiceAsync(await rig.APersonAsync());
        var session = await rig.ASessionAsync(invoice, "abandoned");

        await ApplyAsync(rig, "checkout.session.expired", new { id = $"cs_{session:N}", status = "expired" });
        Assert.That((await rig.SessionAsync(session)).Status, Is.EqualTo("abandoned"));

        await ApplyAsync(rig, "checkout.session.completed", new { id = $"cs_{session:N}" });
        Assert.That((await rig.SessionAsync(session)).Status, Is.EqualTo("completed"));
    }

    [Test]
    public async Task An_intents_event_finds_the_session_by_our_id_and_is_not_parked()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var session = await rig.ASessionAsync(await rig.AnInvoiceAsync(await rig.APersonAsync()), "initiated");
        var subject = new { id = "pi_9", metadata = new { payment_id = session } };
        var json = JsonSerializer.SerializeToUtf8Bytes(new { id = "evt_9", type = "payment_intent.succeeded", data = new { @object = subject } });

        var (result, _) = await rig.Get<EventIntake>().HandleAsync(
            StripeEvent.Read(json, rig.Clock.GetUtcNow())!, CancellationToken.None);

        Assert.That(result, Is.EqualTo(WebhookResult.Applied), "not parked: nobody will ever make a payment for it");
        Assert.That((await rig.SessionAsync(session)).Status, Is.EqualTo("completed"));
    }

    private static async Task ApplyAsync(OutboxFixture rig, string type, object subject)
    {
        await using var connection = await rig.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var message = new StripeEvent("evt_1", type, rig.Clock.GetUtcNow(), JsonSerializer.SerializeToElement(subject), "{}");
        await rig.Get<HostedEvents>().OnEventAsync(message, transaction, CancellationToken.None);
        await transaction.CommitAsync();
    }
}
