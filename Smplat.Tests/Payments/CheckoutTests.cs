using Smplat.Core.Payments;
using Smplat.FakeVendors.Hosting;

namespace Smplat.Tests.Payments;

/// <summary>Checkout against Stripe's wire format.</summary>
public sealed class CheckoutTests
{
    [Test]
    public async Task A_session_is_asked_for_with_every_item_and_the_payment_is_on_record()
    {
        await using var stage = await StripeFixture.CreateAsync();
        var order = await stage.AnOrderAsync(unitPrice: 19.995m);

        var started = (StartCheckoutOutcome.Started)await stage.StartAsync(order);

        var call = stage.Stripe.Calls.To("/v1/checkout/sessions").Single();
        Assert.That(call.Headers["Idempotency-Key"], Is.EqualTo($"checkout-{started.PaymentId}"));
        Assert.That(stage.SessionOf(started).AmountTotal, Is.EqualTo(2000));
        Assert.That(stage.SessionOf(started).Metadata["order_id"], Is.EqualTo($"{order}"));
        Assert.That(started.Amount, Is.EqualTo(20m));
        Assert.That(
            await stage.World.ScalarAsync<string>(
                "select concat_ws(' ', status, amount, currency, provider_session_id) from payments where id = @PaymentId", new { started.PaymentId }),
            Is.EqualTo($"pending 20.00 EUR {started.CheckoutSessionId}"));
    }

    [Test]
    public async Task Paying_on_the_page_pays_the_order_although_the_intent_was_unknown_at_first()
    {
        await using var stage = await StripeFixture.CreateAsync();
        var order = await stage.AnOrderAsync();
        var started = (StartCheckoutOutcome.Started)await stage.StartAsync(order);
        var session = stage.Stripe.Sessions.Get(started.CheckoutSessionId)!;
        var body = stage.Stripe.Webhooks.Event("payment_intent.succeeded", new { id = session.IntentId, metadata = session.Metadata });

        var outcome = await stage.World.Get<StripeWebhook>().ReceiveAsync(
            new(stage.Stripe.Webhooks.Sign(body), body, null), CancellationToken.None);

        Assert.That(((WebhookOutcome.Accepted)outcome).Result, Is.EqualTo(WebhookResult.Applied));
        Assert.That(
            await stage.World.ScalarAsync<string>("select status from payments where id = @PaymentId", new { started.PaymentId }),
            Is.EqualTo("succeeded"));
        Assert.That(await stage.StartAsync(order), Is.TypeOf<StartCheckoutOutcome.Refused>(), "it is paid");
    }

    [Test]
    public async Task The_same_key_gives_the_same_session()
    {
        await using var stage = await StripeFixture.CreateAsync();
        var order = await stage.AnOrderAsync();

        var first = await stage.StartAsync(order, "key-1");
        var second = await stage.StartAsync(order, "key-1");
        var other = await stage.StartAsync(await stage.AnOrderAsync(), "key-1");

        Assert.That(second, Is.EqualTo(first));
        Assert.That(other, Is.TypeOf<StartCheckoutOutcome.Refused>());
        Assert.That(await stage.World.ScalarAsync<long>("select count(*) from payments"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_failure_that_passes_is_repeated_with_the_same_key()
    {
        await using var stage = await StripeFixture.CreateAsync();
        stage.Stripe.Faults.Next(new Fault.Status(503), 1, "/v1");

        var outcome = await stage.StartAsync(await stage.AnOrderAsync());

        Assert.That(outcome, Is.TypeOf<StartCheckoutOutcome.Started>());
        Assert.That(
            stage.Stripe.Calls.To("/v1/checkout/sessions").Select(call => call.Headers["Idempotency-Key"]).Distinct().Count(),
            Is.EqualTo(1));
    }

    [Test]
    public async Task A_refusal_of_the_provider_fails_leaves_no_payment_and_is_counted()
    {
        await using var stage = await StripeFixture.CreateAsync(secretKey: "sk_wrong");

        var outcome = await stage.StartAsync(await stage.AnOrderAsync());

        Assert.That(outcome, Is.TypeOf<StartCheckoutOutcome.Failed>());
        Assert.That(await stage.World.ScalarAsync<long>("select count(*) from payments"), Is.Zero);
        var figures = (await stage.World.Get<PaymentCounters>().ReadAsync(CancellationToken.None)).Checkout;
        Assert.That(figures.Totals, Is.EqualTo(new CheckoutTotals(0, 1)));
        Assert.That(figures.Events.LastFailureReason, Does.Contain("Invalid API Key"));
    }

    [Test]
    public async Task A_provider_that_hangs_costs_the_time_limit_and_no_more()
    {
        await using var stage = await StripeFixture.CreateAsync(timeoutSeconds: 1);
        stage.Stripe.Faults.Always(new Fault.Hang());

        Assert.That(await stage.StartAsync(await stage.AnOrderAsync()), Is.TypeOf<StartCheckoutOutcome.Failed>());
    }

    [Test]
    public async Task Unknown_and_empty_orders_are_refused_without_a_call_and_without_counting()
    {
        await using var stage = await StripeFixture.CreateAsync();

        await stage.StartAsync(Guid.NewGuid());
        await stage.StartAsync(await stage.World.Given.AnOrderAsync("pending"));

        Assert.That(stage.Stripe.Calls.All, Is.Empty);
        Assert.That(
            (await stage.World.Get<PaymentCounters>().ReadAsync(CancellationToken.None)).Checkout.Totals,
            Is.EqualTo(new CheckoutTotals(0, 0)));
    }
}
