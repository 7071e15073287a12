using System.Net;
using System.Net.Http.Json;
using Smplat.FakeVendors.Hosting;
using Smplat.FakeVendors.Stripe;

namespace Smplat.Tests.Operators.Drills;

/// <summary>The thresholds of requirements/002 for checkout and payment webhooks, against Stripe's wire format.</summary>
public sealed class PaymentAlertDrillTests
{
    [Test]
    public async Task Checkouts_that_Stripe_does_not_start_alert_from_the_second_on()
    {
        await using var stripe = new FakeStripe(TimeProvider.System);
        await stripe.StartAsync(CancellationToken.None);
        await using var drill = await DrillFixture.StartAsync(stripe.Settings);
        Assert.That(await CheckOutAsync(drill), Is.EqualTo(HttpStatusCode.Created).Or.EqualTo(HttpStatusCode.OK));
        await drill.ShowsAsync("smplat_payments_checkout_succeeded_total 1");
        await drill.Alerts.SeeAsync(6);
        drill.Alerts.Quiet("CheckoutFailuresSpike");

        stripe.Faults.Always(new Fault.Status(402), "/v1");
        await CheckOutAsync(drill);
        await drill.ShowsAsync("smplat_payments_checkout_failed_total 1");
        await drill.Alerts.SeeAsync(6);
        drill.Alerts.Quiet("CheckoutFailuresSpike");

        await CheckOutAsync(drill);
        await CheckOutAsync(drill);
        await drill.ShowsAsync("smplat_payments_checkout_failed_total 3");
        await drill.Alerts.SeeAsync(1);
        drill.Alerts.Fires("CheckoutFailuresSpike{impact=\"checkout\"}");

        await drill.Alerts.JudgeAsync();
    }

    [Test]
    public async Task Webhooks_that_cannot_be_recorded_alert_from_the_third_on()
    {
        await using var drill = await DrillFixture.StartAsync(new Dictionary<string, string> { ["STRIPE_WEBHOOK_SECRET"] = "whsec_drill" });
        await drill.TakeAwayAsync("webhook_events");
        await drill.Alerts.SeeAsync(6);
        await StripeDelivery.SendAsync(drill.Client, "evt_drill_1", "whsec_drill");
        await StripeDelivery.SendAsync(drill.Client, "evt_drill_2", "whsec_drill");
        await drill.Alerts.SeeAsync(6);
        drill.Alerts.Quiet("WebhookFailuresSpike");

        for (var delivery = 3; delivery < 6; delivery++)
        {
            await StripeDelivery.SendAsync(drill.Client, $"evt_drill_{delivery}", "whsec_drill");
        }

        await drill.Alerts.SeeAsync(1);
        drill.Alerts.Fires("WebhookFailuresSpike");

        await drill.Alerts.JudgeAsync();
    }

    [Test]
    public async Task A_payment_of_another_amount_alerts_until_it_is_refunded()
    {
        await using var stripe = new FakeStripe(TimeProvider.System);
        await stripe.StartAsync(CancellationToken.None);
        await using var drill = await DrillFixture.StartAsync(stripe.Settings);
        await CheckOutAsync(drill, await AnOrderAsync(drill));
        var page = stripe.Sessions.All.Single();
        await drill.ShowsAsync("smplat_payments_mismatched 0");
        await drill.Alerts.SeeAsync(6);
        drill.Alerts.Quiet("PaymentMismatch");

        await SendAsync(
            drill, "evt_1", "payment_intent.succeeded",
            new { id = page.IntentId, metadata = page.Metadata, amount = 100, amount_received = 100, currency = "eur" });
        await drill.ShowsAsync("smplat_payments_mismatched 1");
        await drill.Alerts.SeeAsync(1);
        drill.Alerts.Fires("PaymentMismatch");

        await SendAsync(
            drill, "evt_2", "refund.created",
            new { id = "re_1", payment_intent = page.IntentId, amount = 100, currency = "eur", status = "succeeded" });
        await drill.ShowsAsync("smplat_payments_mismatched 0");
        await drill.Alerts.SeeAsync(1);
        drill.Alerts.Quiet("PaymentMismatch");

        await drill.Alerts.JudgeAsync();
    }

    [Test]
    public async Task An_order_that_is_paid_on_two_pages_alerts_until_one_payment_is_refunded()
    {
        await using var stripe = new FakeStripe(TimeProvider.System);
        await stripe.StartAsync(CancellationToken.None);
        await using var drill = await DrillFixture.StartAsync(stripe.Settings);
        stripe.Faults.Always(new Fault.Status(500), "/v1/checkout/sessions/");
        var order = await AnOrderAsync(drill);
        await CheckOutAsync(drill, order);
        await CheckOutAsync(drill, order);
        var pages = stripe.Sessions.All.ToArray();

        await SendAsync(drill, "evt_1", "payment_intent.succeeded", new { id = pages[0].IntentId, metadata = pages[0].Metadata });
        await drill.ShowsAsync("smplat_payments_surplus 0");
        await drill.Alerts.SeeAsync(6);
        drill.Alerts.Quiet("PaidTwice");

        await SendAsync(drill, "evt_2", "payment_intent.succeeded", new { id = pages[1].IntentId, metadata = pages[1].Metadata });
        await drill.ShowsAsync("smplat_payments_surplus 1");
        await drill.Alerts.SeeAsync(1);
        drill.Alerts.Fires("PaidTwice");

        await SendAsync(drill, "evt_3", "charge.refunded", new { payment_intent = pages[1].IntentId, amount_refunded = 10_000 });
        await drill.ShowsAsync("smplat_payments_surplus 0");
        await drill.Alerts.SeeAsync(1);
        drill.Alerts.Quiet("PaidTwice");

        await drill.Alerts.JudgeAsync();
    }

    private static Task SendAsync(DrillFixture drill, string eventId, string type, object subject) =>
        StripeDelivery.SendAsync(drill.Client, eventId, FakeStripe.WebhookSecret, type, subject);

    private static async Task<Guid> AnOrderAsync(DrillFixture drill)
    {
        var order = await drill.Given.AnOrderAsync("pending", await drill.Given.AUserAsync());
        await drill.Given.AnItemAsync(order, await drill.Given.AProductAsync());
        return order;
    }

    private static async Task<HttpStatusCode> CheckOutAsync(DrillFixture drill, Guid? of = null)
    {
        var order = of ?? await AnOrderAsync(drill);
        var answer = await drill.Client.PostAsJsonAsync("/api/v1/payments/checkout", new
        {
            order_id = order,
            success_url = "https://shop.example.com/thanks",
            cancel_url = "https://shop.example.com/cart",
        });
        return answer.StatusCode;
    }
}
