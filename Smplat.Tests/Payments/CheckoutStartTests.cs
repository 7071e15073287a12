using Smplat.Core.Orders;
using Smplat.Core.Payments;
using Smplat.FakeVendors.Hosting;

namespace Smplat.Tests.Payments;

/// <summary>Checkout against Stripe's wire format.</summary>
public sealed class CheckoutStartTests
{
    [Test]
    public async Task A_session_is_requested_with_every_item_and_the_payment_is_recorded()
    {
        await using var fixture = await StripeFixture.CreateAsync();
        var order = await fixture.AnOrderAsync(unitPrice: 19.995m);

        var started = (StartCheckoutOutcome.Started)await fixture.StartAsync(order);

        var call = fixture.Stripe.Calls.To("/v1/checkout/sessions").Single();
        Assert.That(call.Headers["Idempotency-Key"], Is.EqualTo($"checkout-{started.PaymentId}"));
        Assert.That(fixture.SessionOf(started).AmountTotal, Is.EqualTo(2000));
        Assert.That(fixture.SessionOf(started).Metadata["order_id"], Is.EqualTo($"{order}"));
        Assert.That(started.Amount, Is.EqualTo(20m));
        Assert.That(
            await fixture.Fulfillment.ScalarAsync<string>(
                "select concat_ws(' ', status, amount, currency, provider_session_id) from payments where id = @PaymentId", new { started.PaymentId }),
            Is.EqualTo($"pending 20.00 EUR {started.CheckoutSessionId}"));
    }

    [Test]
    public async Task Paying_in_the_session_pays_the_order_although_the_intent_was_unknown_at_first()
    {
        await using var fixture = await StripeFixture.CreateAsync();
        var order = await fixture.AnOrderAsync();
        var started = (StartCheckoutOutcome.Started)await fixture.StartAsync(order);
        var session = fixture.Stripe.Sessions.Get(started.CheckoutSessionId)!;
        var body = fixture.Stripe.Webhooks.Event("payment_intent.succeeded", new { id = session.IntentId, metadata = session.Metadata });

        var outcome = await fixture.Fulfillment.Get<StripeWebhook>().ReceiveAsync(
            new(fixture.Stripe.Webhooks.Sign(body), body, null), CancellationToken.None);

        Assert.That(((WebhookOutcome.Accepted)outcome).Result, Is.EqualTo(WebhookResult.Applied));
        Assert.That(
            await fixture.Fulfillment.ScalarAsync<string>("select status from payments where id = @PaymentId", new { started.PaymentId }),
            Is.EqualTo("succeeded"));
        Assert.That(await fixture.StartAsync(order), Is.TypeOf<StartCheckoutOutcome.Refused>(), "it is paid");
    }

    [Test]
    public async Task The_same_key_returns_the_same_session()
    {
        await using var fixture = await StripeFixture.CreateAsync();
        var order = await fixture.AnOrderAsync();

        var first = await fixture.StartAsync(order, "key-1");
        var second = await fixture.StartAsync(order, "key-1");
        var other = await fixture.StartAsync(await fixture.AnOrderAsync(), "key-1");

        Assert.That(second, Is.EqualTo(first));
        Assert.That(other, Is.TypeOf<StartCheckoutOutcome.Refused>());
        Assert.That(await fixture.Fulfillment.ScalarAsync<long>("select count(*) from payments"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_temporary_failure_is_retried_with_the_same_key()
    {
        await using var fixture = await StripeFixture.CreateAsync();
        fixture.Stripe.Faults.Next(new Fault.Status(503), 1, "/v1");

        var outcome = await fixture.StartAsync(await fixture.AnOrderAsync());

        Assert.That(outcome, Is.TypeOf<StartCheckoutOutcome.Started>());
        Assert.That(
            fixture.Stripe.Calls.To("/v1/checkout/sessions").Select(call => call.Headers["Idempotency-Key"]).Distinct().Count(),
            Is.EqualTo(1));
    }

    [Test]
    public async Task A_refusal_of_the_provider_leaves_no_payment_and_is_counted_as_a_failure()
    {
        await using var fixture = await StripeFixture.CreateAsync(secretKey: "sk_wrong");

        var outcome = await fixture.StartAsync(await fixture.AnOrderAsync());

        Assert.That(outcome, Is.TypeOf<StartCheckoutOutcome.Failed>());
        Assert.That(await fixture.Fulfillment.ScalarAsync<long>("select count(*) from payments"), Is.Zero);
        var figures = (await fixture.Fulfillment.Get<PaymentCounters>().ReadAsync(CancellationToken.None)).Checkout;
        Assert.That(figures.Totals, Is.EqualTo(new CheckoutTotals(0, 1)));
        Assert.That(figures.Events.LastFailureReason, Does.Contain("Invalid API Key"));
    }

    [Test]
    public async Task A_hanging_provider_takes_the_timeout_and_no_more()
    {
        await using var fixture = await StripeFixture.CreateAsync(timeoutSeconds: 1);
        fixture.Stripe.Faults.Always(new Fault.Hang());

        Assert.That(await fixture.StartAsync(await fixture.AnOrderAsync()), Is.TypeOf<StartCheckoutOutcome.Failed>());
    }

    [Test]
    public async Task Unknown_and_empty_orders_are_refused_without_a_call_and_without_counting()
    {
        await using var fixture = await StripeFixture.CreateAsync();

        await fixture.StartAsync(Guid.NewGuid());
        await fixture.StartAsync(await fixture.Fulfillment.Given.AnOrderAsync("pending"));

        Assert.That(fixture.Stripe.Calls.All, Is.Empty);
        Assert.That(
            (await fixture.Fulfillment.Get<PaymentCounters>().ReadAsync(CancellationToken.None)).Checkout.Totals,
            Is.EqualTo(new CheckoutTotals(0, 0)));
    }

    [TestCase(3, 3.33, 10.00)]
    [TestCase(1000, 0.004, 4.00)]
    [TestCase(2, 8.165, 16.33)]
    [TestCase(1, 1.00, 299.00)]
    [TestCase(7, 1.10, 7.70)]
    [TestCase(1, 0, 0)]
    public async Task Stripe_is_asked_for_the_orders_total_to_the_cent(int quantity, double unitPrice, double total)
    {
        await using var fixture = await StripeFixture.CreateAsync();
        var placed = (PlaceOrderOutcome.Placed)await fixture.Fulfillment.Get<OrderPlacement>().PlaceAsync(
            new()
            {
                Items = [new() { ProductTitle = "Likes", Quantity = quantity, UnitPrice = (decimal)unitPrice, TotalPrice = (decimal)total }],
            },
            CancellationToken.None);

        var started = await fixture.StartedAsync(placed.Order.Id);

        Assert.That(fixture.SessionOf(started).AmountTotal, Is.EqualTo((long)((decimal)total * 100)));
        Assert.That(started.Amount, Is.EqualTo(placed.Order.Total));
    }

    [Test]
    public async Task While_a_debit_is_under_way_there_is_no_second_page()
    {
        await using var fixture = await StripeFixture.CreateAsync();
        var order = await fixture.AnOrderAsync();
        var session = fixture.SessionOf(await fixture.StartedAsync(order, "key-1"));
        session.TryLeave("complete");
        await fixture.DeliverAsync("checkout.session.completed", session.ToObject(showIntent: true));

        var second = await fixture.StartAsync(order, "key-2");
        var repeated = await fixture.StartAsync(order, "key-1");

        Assert.That(second, Is.EqualTo(new StartCheckoutOutcome.Refused(new PaymentIsProcessing())));
        Assert.That(repeated, Is.EqualTo(second));
        Assert.That(fixture.Stripe.Calls.To("/v1/checkout/sessions"), Has.Count.EqualTo(1));

        await fixture.DeliverAsync("checkout.session.async_payment_failed", session.ToObject(showIntent: true));
        Assert.That(await fixture.StartAsync(order, "key-3"), Is.TypeOf<StartCheckoutOutcome.Started>(), "the bank has refused");
    }

    [Test]
    public async Task One_key_with_other_addresses_is_one_payment_and_the_other_caller_is_told()
    {
        await using var fixture = await StripeFixture.CreateAsync();
        var order = await fixture.AnOrderAsync();

        var outcomes = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(number => Task.Run(() => fixture.StartAsync(order, "key-1", $"https://shop.example.com/{number}"))));

        Assert.That(outcomes.OfType<StartCheckoutOutcome.Started>().Count(), Is.EqualTo(1));
        Assert.That(
            outcomes.OfType<StartCheckoutOutcome.Refused>().Select(outcome => outcome.Refusal),
            Has.All.EqualTo(new IdempotencyKeyOfAnotherRequest()).And.Exactly(7).Items);
        Assert.That(
            await fixture.Fulfillment.ScalarAsync<string>("select string_agg(provider_session_id, ',') from payments"),
            Is.EqualTo(outcomes.OfType<StartCheckoutOutcome.Started>().Single().CheckoutSessionId));
    }

    [Test]
    public async Task A_session_whose_payment_was_taken_back_meanwhile_gets_it_again()
    {
        await using var fixture = await StripeFixture.CreateAsync();
        var order = await fixture.AnOrderAsync();
        var payments = fixture.Fulfillment.Get<CheckoutPayments>();
        var found = (await fixture.Fulfillment.Get<OrderQueries>().FindAsync(order, CancellationToken.None))!;
        var command = new StartCheckout(order, "https://shop.example.com/thanks", "https://shop.example.com/cart", null, "key-1");
        var (_, payment, _) = await payments.BeginAsync(found, command, CancellationToken.None);
        await payments.DiscardAsync(payment.Id, CancellationToken.None);

        await payments.RecordSessionAsync(payment, new("cs_1", "https://pay.example.com/cs_1", null), CancellationToken.None);

        Assert.That(
            await fixture.Fulfillment.ScalarAsync<string>("select concat_ws(' ', id, provider_session_id, amount) from payments"),
            Is.EqualTo($"{payment.Id} cs_1 100.00"));
    }
}
