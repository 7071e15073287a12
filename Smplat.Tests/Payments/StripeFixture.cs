using Smplat.Core.Payments;
using Smplat.FakeVendors.Stripe;
using Smplat.Tests.Fulfillment;

namespace Smplat.Tests.Payments;

/// <summary>Checkout against a fake Stripe with the real wire format.</summary>
internal sealed class StripeFixture(FulfillmentFixture fixture, FakeStripe stripe) : IAsyncDisposable
{
    public FulfillmentFixture Fulfillment => fixture;

    public FakeStripe Stripe => stripe;

    public static async Task<StripeFixture> CreateAsync(string? secretKey = null, int timeoutSeconds = 10)
    {
        var stripe = new FakeStripe(TimeProvider.System);
        await stripe.StartAsync(CancellationToken.None);
        var settings = stripe.Settings.ToDictionary(entry => entry.Key, entry => (string?)entry.Value);
        settings["STRIPE_SECRET_KEY"] = secretKey ?? FakeStripe.SecretKey;
        settings["STRIPE_TIMEOUT_SECONDS"] = $"{timeoutSeconds}";
        return new(await FulfillmentFixture.CreateAsync(new ScriptedGateway(), settings, TimeProvider.System), stripe);
    }

    public async Task<Guid> AnOrderAsync(decimal unitPrice = 100)
    {
        var order = await fixture.Given.AnOrderAsync("pending");
        await fixture.Given.AnItemAsync(order, unitPrice: unitPrice);
        await fixture.ExecuteAsync("update orders set total = @unitPrice where id = @order", new { order, unitPrice });
        return order;
    }

    public Task<StartCheckoutOutcome> StartAsync(
        Guid order, string? key = null, string successUrl = "https://shop.example.com/thanks") =>
        fixture.Get<CheckoutStart>().StartAsync(
            new(order, successUrl, "https://shop.example.com/cart", null, key), CancellationToken.None);

    public async Task<StartCheckoutOutcome.Started> StartedAsync(Guid order, string? key = null) =>
        (StartCheckoutOutcome.Started)await StartAsync(order, key);

    public StripeSession SessionOf(StartCheckoutOutcome.Started started) => stripe.Sessions.Get(started.CheckoutSessionId)!;

    public Task<WebhookOutcome> DeliverAsync(string type, object subject)
    {
        var body = stripe.Webhooks.Event(type, subject);
        return fixture.Get<StripeWebhook>().ReceiveAsync(
            new(stripe.Webhooks.Sign(body), body, null), CancellationToken.None);
    }

    /// <summary>The customer pays, whatever the state of the session.</summary>
    public Task<WebhookOutcome> PayAsync(StartCheckoutOutcome.Started started)
    {
        var session = SessionOf(started);
        session.TryLeave("complete");
        return DeliverAsync("payment_intent.succeeded", new { id = session.IntentId, metadata = session.Metadata });
    }

    public async ValueTask DisposeAsync()
    {
        await fixture.DisposeAsync();
        await stripe.DisposeAsync();
    }
}
