using System.Text;
using Smplat.Core.Payments;

namespace Smplat.Tests.Payments;

public sealed class StripeWebhookTests
{
    [Test]
    public async Task A_successful_payment_starts_fulfillment_once()
    {
        await using var fixture = await PaymentFixture.CreateAsync();
        var order = await fixture.AnOrderAsync();
        var payment = await fixture.APaymentAsync(order);

        await fixture.SucceedAsync();
        await fixture.SucceedAsync();
        await fixture.DispatchAsync();
        await fixture.SucceedAsync();
        await fixture.DispatchAsync();

        Assert.That(await fixture.StatusOfAsync(payment), Is.EqualTo("succeeded"));
        Assert.That(await fixture.Inner.OrderStatusAsync(order), Is.EqualTo("processing"));
        Assert.That(await fixture.TasksOfAsync(order), Is.EqualTo(1));
        Assert.That(
            await fixture.Inner.ScalarAsync<long>("select count(*) from notification_outbox where kind = 'payment_success'"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_repeated_event_is_accepted_without_effect()
    {
        await using var fixture = await PaymentFixture.CreateAsync();
        await fixture.APaymentAsync(await fixture.AnOrderAsync());
        await fixture.SucceedAsync(id: "evt_1");

        var outcome = await fixture.SucceedAsync(id: "evt_1");

        Assert.That(outcome, Is.EqualTo(new WebhookOutcome.Accepted("payment_intent.succeeded", WebhookResult.Duplicate)));
        Assert.That(await fixture.Inner.ScalarAsync<long>("select count(*) from webhook_events"), Is.EqualTo(1));
    }

    [Test]
    public async Task Concurrent_deliveries_take_effect_once()
    {
        await using var fixture = await PaymentFixture.CreateAsync();
        var order = await fixture.AnOrderAsync();
        await fixture.APaymentAsync(order);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(() => fixture.SucceedAsync(id: "evt_1"))));

        Assert.That(
            outcomes.Cast<WebhookOutcome.Accepted>().Count(outcome => outcome.Result == WebhookResult.Applied), Is.EqualTo(1));
        Assert.That(
            await fixture.Inner.ScalarAsync<long>("select count(*) from notification_outbox where kind = 'order_paid'"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_failed_payment_puts_its_order_on_hold_with_the_reason()
    {
        await using var fixture = await PaymentFixture.CreateAsync();
        var order = await fixture.AnOrderAsync();
        await fixture.Inner.ExecuteAsync("update orders set notes = 'gift' where id = @order", new { order });
        var payment = await fixture.APaymentAsync(order);

        await fixture.FailAsync("Your card was declined.");

        Assert.That(await fixture.StatusOfAsync(payment), Is.EqualTo("failed"));
        Assert.That(await fixture.Inner.OrderStatusAsync(order), Is.EqualTo("on_hold"));
        Assert.That(
            await fixture.Inner.ScalarAsync<string>("select notes from orders where id = @order", new { order }),
            Is.EqualTo("gift\nPayment failed: Your card was declined."));
        Assert.That(
            await fixture.Inner.ScalarAsync<string>("select payload ->> 'trigger' from notification_outbox where kind = 'order_status_update'"),
            Is.EqualTo("payment_failure"));
    }

    [TestCase("canceled")]
    [TestCase("completed")]
    public async Task A_failed_payment_does_not_change_a_finished_order(string status)
    {
        await using var fixture = await PaymentFixture.CreateAsync();
        var order = await fixture.AnOrderAsync(status);
        await fixture.APaymentAsync(order);

        await fixture.FailAsync();

        Assert.That(await fixture.Inner.OrderStatusAsync(order), Is.EqualTo(status));
    }

    [Test]
    public async Task A_payment_that_fails_and_then_succeeds_is_fulfilled()
    {
        await using var fixture = await PaymentFixture.CreateAsync();
        var order = await fixture.AnOrderAsync();
        await fixture.APaymentAsync(order);

        await fixture.FailAsync();
        await fixture.SucceedAsync();
        await fixture.DispatchAsync();

        Assert.That(await fixture.Inner.OrderStatusAsync(order), Is.EqualTo("processing"));
        Assert.That(await fixture.TasksOfAsync(order), Is.EqualTo(1));
    }

    [Test]
    public async Task A_late_failure_does_not_undo_a_success()
    {
        await using var fixture = await PaymentFixture.CreateAsync();
        var order = await fixture.AnOrderAsync();
        var payment = await fixture.APaymentAsync(order);
        await fixture.SucceedAsync();
        await fixture.DispatchAsync();

        await fixture.FailAsync();

        Assert.That(await fixture.StatusOfAsync(payment), Is.EqualTo("succeeded"));
        Assert.That(await fixture.Inner.OrderStatusAsync(order), Is.EqualTo("processing"));
    }

    [Test]
    public async Task An_event_of_an_unknown_payment_waits_for_it()
    {
        await using var fixture = await PaymentFixture.CreateAsync();
        var order = await fixture.AnOrderAsync();
        Assert.That(
            await fixture.SucceedAsync("pi_later"),
            Is.EqualTo(new WebhookOutcome.Accepted("payment_intent.succeeded", WebhookResult.Parked)));
        // The session is known; its intent is known only from the completed session.
        var payment = await fixture.APaymentAsync(order, intent: "cs_1", session: "cs_1");

        await fixture.DeliverAsync("checkout.session.completed", new { id = "cs_1", payment_intent = "pi_later" });

        Assert.That(await fixture.StatusOfAsync(payment), Is.EqualTo("succeeded"));
        Assert.That(
            await fixture.Inner.ScalarAsync<string>("select provider_reference from payments where id = @payment", new { payment }),
            Is.EqualTo("pi_later"));
        Assert.That(await fixture.Inner.ScalarAsync<long>("select count(*) from webhook_events where status = 'parked'"), Is.Zero);
    }

    [Test]
    public async Task A_completed_session_alone_pays_nothing()
    {
        await using var fixture = await PaymentFixture.CreateAsync();
        var payment = await fixture.APaymentAsync(await fixture.AnOrderAsync(), intent: "cs_1", session: "cs_1");

        await fixture.DeliverAsync("checkout.session.completed", new { id = "cs_1", payment_intent = "pi_1" });

        Assert.That(await fixture.StatusOfAsync(payment), Is.EqualTo("pending"));
    }

    [Test]
    public async Task The_sweep_finds_late_payments_and_abandons_old_events()
    {
        await using var fixture = await PaymentFixture.CreateAsync();
        await fixture.SucceedAsync("pi_never");
        fixture.Inner.Clock.Advance(TimeSpan.FromHours(71));
        await fixture.SucceedAsync("pi_found");
        var payment = await fixture.APaymentAsync(await fixture.AnOrderAsync(), "pi_found");

        fixture.Inner.Clock.Advance(TimeSpan.FromHours(2));
        var (applied, abandoned) = await fixture.Inner.Get<ParkedEvents>().SweepAsync(CancellationToken.None);

        Assert.That((applied, abandoned), Is.EqualTo((1, 1)));
        Assert.That(await fixture.StatusOfAsync(payment), Is.EqualTo("succeeded"));
    }

    [Test]
    public async Task Every_parked_event_gets_its_turn()
    {
        await using var fixture = await PaymentFixture.CreateAsync();
        for (var number = 0; number < 110; number++)
        {
            await fixture.SucceedAsync($"pi_foreign_{number}");
        }

        await fixture.SucceedAsync("pi_ours");
        var payment = await fixture.APaymentAsync(await fixture.AnOrderAsync(), "pi_ours");

        await fixture.Inner.Get<ParkedEvents>().SweepAsync(CancellationToken.None);

        Assert.That(await fixture.StatusOfAsync(payment), Is.EqualTo("succeeded"));
    }

    [Test]
    public async Task Refunds_and_disputes_are_recorded_and_stop_the_work()
    {
        await using var fixture = await PaymentFixture.CreateAsync();
        var order = await fixture.AnOrderAsync();
        var payment = await fixture.APaymentAsync(order);
        await fixture.SucceedAsync();
        await fixture.DispatchAsync();

        await fixture.DeliverAsync(
            "refund.created", new { id = "re_1", payment_intent = "pi_1", amount = 4_000, status = "succeeded", reason = "duplicate" });
        Assert.That(await fixture.StatusOfAsync(payment), Is.EqualTo("succeeded"), "a part of it");
        await fixture.DeliverAsync(
            "charge.dispute.created", new { id = "dp_1", payment_intent = "pi_1", amount = 6_000, status = "needs_response" });
        Assert.That(await fixture.Inner.OrderStatusAsync(order), Is.EqualTo("on_hold"));
        fixture.Inner.Clock.Advance(TimeSpan.FromMinutes(1));
        await fixture.DeliverAsync("charge.dispute.closed", new { id = "dp_1", payment_intent = "pi_1", amount = 6_000, status = "won" });
        Assert.That(await fixture.Inner.OrderStatusAsync(order), Is.EqualTo("processing"), "it goes on where it was");
        await fixture.DeliverAsync("charge.refunded", new { id = "ch_1", payment_intent = "pi_1", amount_refunded = 10_000 });

        Assert.That(await fixture.StatusOfAsync(payment), Is.EqualTo("refunded"));
        Assert.That(await fixture.Inner.OrderStatusAsync(order), Is.EqualTo("on_hold"));
    }

    [Test]
    public async Task Without_a_secret_nothing_is_accepted()
    {
        await using var fixture = await PaymentFixture.CreateAsync();
        await using var unset = await Smplat.Tests.Fulfillment.FulfillmentFixture.CreateAsync();
        var body = fixture.Stripe.Event("payment_intent.succeeded", new { id = "pi_1" });

        var outcome = await unset.Get<StripeWebhook>().ReceiveAsync(
            new(fixture.Stripe.Sign(body, secret: ""), body, null), CancellationToken.None);

        Assert.That(outcome, Is.EqualTo(new WebhookOutcome.Refused(new StripeNotConfigured("STRIPE_WEBHOOK_SECRET"))));
    }

    [TestCase("not json")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("""{"id":"evt_1"}""")]
    [TestCase("""{"id":"evt_1","type":"x","data":"\u0000"}""")]
    [TestCase("""{"id":"evt_1","id":"evt_2","type":"x"}""")]
    [TestCase("""{"id":"\ud800","type":"x"}""")]
    public async Task A_signed_body_that_is_not_an_event_is_refused(string text)
    {
        await using var fixture = await PaymentFixture.CreateAsync();

        Assert.That(
            await fixture.DeliverAsync(Encoding.UTF8.GetBytes(text)), Is.EqualTo(new WebhookOutcome.Refused(new UnreadableEvent())));
    }

    [TestCase("""{"id":"evt_1","type":"payment_intent.succeeded"}""")]
    [TestCase("""{"id":"evt_1","type":"payment_intent.succeeded","created":"soon","data":{"object":[1]}}""")]
    [TestCase("""{"id":"evt_1","type":"charge.refunded","data":{"object":{"payment_intent":5,"amount_refunded":"x"}}}""")]
    [TestCase("""{"id":"evt_1","type":"charge.dispute.created","data":{"object":null}}""")]
    [TestCase("""{"id":"evt_1","type":"something.new","data":{"object":{"id":"x"}}}""")]
    public async Task Odd_and_unknown_events_are_accepted_without_effect(string text)
    {
        await using var fixture = await PaymentFixture.CreateAsync();

        Assert.That(await fixture.DeliverAsync(Encoding.UTF8.GetBytes(text)), Is.TypeOf<WebhookOutcome.Accepted>());
    }

    [Test]
    public async Task Deliveries_are_counted_by_type_and_outcome()
    {
        await using var fixture = await PaymentFixture.CreateAsync();
        await fixture.APaymentAsync(await fixture.AnOrderAsync());
        var body = fixture.Stripe.Event("payment_intent.succeeded", new { id = "pi_1" });
        await fixture.DeliverAsync(body);
        await fixture.DeliverAsync(body, fixture.Stripe.Sign(body, "wrong"));

        var figures = (await fixture.Inner.Get<PaymentCounters>().ReadAsync(CancellationToken.None)).Webhooks;

        Assert.That(figures.Totals.Processed, Is.EqualTo(new Dictionary<string, long> { ["payment_intent.succeeded"] = 1 }));
        Assert.That(figures.Totals.Failed, Is.EqualTo(new Dictionary<string, long> { ["signature_error"] = 1 }));
        Assert.That(figures.Events.LastFailureReason, Is.EqualTo("signature_verification_failed"));
    }
}
