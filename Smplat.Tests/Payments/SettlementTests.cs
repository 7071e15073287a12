using Smplat.Core.Payments;

namespace Smplat.Tests.Payments;

/// <summary>Which events pay an order, and with what.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class SettlementTests
{
    [TestCase(100, "eur")]
    [TestCase(9_999, "eur")]
    [TestCase(10_001, "eur")]
    [TestCase(10_000, "usd")]
    [TestCase(10_000, "jpy")]
    [TestCase(100, "jpy")]
    [TestCase(100_000, "kwd")]
    public async Task Another_amount_or_currency_pays_nothing_and_holds_the_order(int amount, string currency)
    {
        await using var fixture = await PaymentFixture.CreateAsync();
        var order = await fixture.AnOrderAsync();
        var payment = await fixture.APaymentAsync(order);

        await fixture.DeliverAsync("payment_intent.succeeded", new { id = "pi_1", amount, amount_received = amount, currency });
        await fixture.DispatchAsync();

        Assert.That(await fixture.StatusOfAsync(payment), Is.EqualTo("pending"));
        Assert.That(await fixture.Inner.OrderStatusAsync(order), Is.EqualTo("on_hold"));
        Assert.That(await fixture.TasksOfAsync(order), Is.Zero);
        Assert.That(
            await fixture.Inner.ScalarAsync<string>("select notes from orders where id = @order", new { order }),
            Does.Contain($"{Money.OfMinor(amount, currency)} instead of 100.00 EUR"));
        Assert.That(await MismatchesAsync(fixture), Is.EqualTo(1));

        await fixture.DeliverAsync(
            "refund.created", new { id = "re_1", payment_intent = "pi_1", amount, currency, status = "succeeded" });
        Assert.That(await fixture.StatusOfAsync(payment), Is.EqualTo("refunded"));
        Assert.That(await MismatchesAsync(fixture), Is.Zero, "it went back");
    }

    [Test]
    public async Task A_session_of_another_amount_pays_nothing()
    {
        await using var fixture = await PaymentFixture.CreateAsync();
        var payment = await fixture.APaymentAsync(await fixture.AnOrderAsync(), intent: "cs_1", session: "cs_1");

        await fixture.DeliverAsync(
            "checkout.session.completed", new { id = "cs_1", payment_status = "no_payment_required", amount_total = 0, currency = "eur" });

        Assert.That(await fixture.StatusOfAsync(payment), Is.EqualTo("pending"), "a coupon of 100 % that nobody here made");
    }

    [TestCase("paid", 10_000, 100, "succeeded")]
    [TestCase("no_payment_required", 0, 0, "succeeded")]
    [TestCase("unpaid", 10_000, 100, "pending")]
    [TestCase("something_new", 10_000, 100, "pending")]
    public async Task A_completed_session_pays_when_it_says_so(string paymentStatus, int total, int amount, string expected)
    {
        await using var fixture = await PaymentFixture.CreateAsync();
        var order = await fixture.AnOrderAsync();
        var payment = await fixture.APaymentAsync(order, intent: "cs_1", session: "cs_1");
        await fixture.Inner.ExecuteAsync("update payments set amount = @amount", new { amount });

        await fixture.DeliverAsync(
            "checkout.session.completed", new { id = "cs_1", payment_intent = (string?)null, payment_status = paymentStatus, amount_total = total, currency = "eur" });
        await fixture.DispatchAsync();

        Assert.That(await fixture.StatusOfAsync(payment), Is.EqualTo(expected));
        Assert.That(await fixture.Inner.OrderStatusAsync(order), Is.EqualTo(expected == "succeeded" ? "processing" : "pending"));
        Assert.That(
            await fixture.Inner.ScalarAsync<long>("select count(*) from notification_outbox where kind = 'payment_success'"),
            Is.EqualTo(paymentStatus == "paid" ? 1 : 0));
    }

    [Test]
    public async Task An_order_of_nothing_is_kicked_off_through_its_page()
    {
        await using var fixture = await StripeFixture.CreateAsync();
        var order = await fixture.AnOrderAsync(unitPrice: 0);
        var session = fixture.SessionOf(await fixture.StartedAsync(order));
        session.TryLeave("complete");
        session.PaymentStatus = "no_payment_required";

        await fixture.DeliverAsync("checkout.session.completed", session.ToObject(showIntent: true));

        Assert.That(
            await fixture.Fulfillment.ScalarAsync<long>("select count(*) from notification_outbox where kind = 'order_paid'"), Is.EqualTo(1));
    }

    [Test]
    public async Task Money_is_captured_when_it_comes_not_when_the_intent_was_made()
    {
        await using var fixture = await PaymentFixture.CreateAsync();
        await fixture.APaymentAsync(await fixture.AnOrderAsync());
        var now = fixture.Inner.Clock.GetUtcNow();

        await fixture.DeliverAsync(
            "payment_intent.succeeded",
            new { id = "pi_1", created = now.AddDays(-6).ToUnixTimeSeconds(), amount_received = 10_000, currency = "eur" },
            created: now);

        Assert.That(
            await fixture.Inner.ScalarAsync<DateTime>("select captured_at from payments"),
            Is.EqualTo(now.UtcDateTime).Within(TimeSpan.FromSeconds(1)));
    }

    [TestCase("checkout.session.async_payment_succeeded", "succeeded", "processing")]
    [TestCase("checkout.session.async_payment_failed", "failed", "on_hold")]
    public async Task A_debit_ends_as_the_bank_answers(string type, string payment, string order)
    {
        await using var fixture = await PaymentFixture.CreateAsync();
        var orderId = await fixture.AnOrderAsync();
        var id = await fixture.APaymentAsync(orderId, intent: "cs_1", session: "cs_1");
        var subject = new { id = "cs_1", payment_intent = "pi_1", payment_status = "unpaid", amount_total = 10_000, currency = "eur" };
        await fixture.DeliverAsync("checkout.session.completed", subject);
        Assert.That(await IsProcessingAsync(fixture), Is.True);

        fixture.Inner.Clock.Advance(TimeSpan.FromSeconds(60));
        await fixture.DeliverAsync(type, subject);
        await fixture.DispatchAsync();

        Assert.That(await IsProcessingAsync(fixture), Is.False);
        Assert.That(await fixture.StatusOfAsync(id), Is.EqualTo(payment));
        Assert.That(await fixture.Inner.OrderStatusAsync(orderId), Is.EqualTo(order));
    }

    [TestCase("refund.failed", "failed", 10_000)]
    [TestCase("refund.updated", "canceled", 10_000)]
    [TestCase("charge.refund.updated", "failed", 10_000)]
    [TestCase("refund.failed", "failed", 4_000)]
    [TestCase("refund.updated", "canceled", 4_000)]
    public async Task A_refund_that_fails_later_is_none(string type, string status, int amount)
    {
        await using var fixture = await PaymentFixture.CreateAsync();
        var order = await fixture.AnOrderAsync();
        var payment = await fixture.APaymentAsync(order);
        await fixture.SucceedAsync();
        await fixture.DispatchAsync();
        await fixture.DeliverAsync("refund.created", Refund(amount, "succeeded"));
        await fixture.DeliverAsync("charge.refunded", new { id = "ch_1", payment_intent = "pi_1", amount_refunded = amount, currency = "eur" });
        Assert.That(await fixture.StatusOfAsync(payment), Is.EqualTo(amount == 10_000 ? "refunded" : "succeeded"));

        fixture.Inner.Clock.Advance(TimeSpan.FromSeconds(60));
        await fixture.DeliverAsync(type, Refund(amount, status));

        Assert.That(await fixture.StatusOfAsync(payment), Is.EqualTo("succeeded"));
        Assert.That(await fixture.Inner.ScalarAsync<decimal>("select refunded_amount from payments"), Is.Zero);
        Assert.That(await fixture.Inner.OrderStatusAsync(order), Is.EqualTo("processing"), "as before");
    }

    [Test]
    public async Task The_other_refunds_stand_when_one_fails()
    {
        await using var fixture = await PaymentFixture.CreateAsync();
        await fixture.APaymentAsync(await fixture.AnOrderAsync());
        await fixture.SucceedAsync();
        await fixture.DeliverAsync("refund.created", Refund(4_000, "succeeded"));
        await fixture.DeliverAsync("refund.created", Refund(6_000, "succeeded", "re_2"));
        fixture.Inner.Clock.Advance(TimeSpan.FromSeconds(60));

        await fixture.DeliverAsync("refund.failed", Refund(4_000, "failed"));

        Assert.That(
            await fixture.Inner.ScalarAsync<string>("select concat_ws(' ', status, refunded_amount) from payments"),
            Is.EqualTo("succeeded 60.00"));
    }

    private static object Refund(int amount, string status, string id = "re_1") =>
        new { id, @object = "refund", payment_intent = "pi_1", amount, currency = "eur", status };

    private static Task<bool> IsProcessingAsync(PaymentFixture fixture) =>
        fixture.Inner.ScalarAsync<bool>("select is_processing from payments");

    private static Task<long> MismatchesAsync(PaymentFixture fixture) =>
        fixture.Inner.Get<PaymentStore>().CountMismatchesAsync(CancellationToken.None);
}
