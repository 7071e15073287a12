using Smplat.Core.Payments;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Outbox;
using Smplat.FakeVendors.Stripe;
using Smplat.Tests.Fulfillment;

namespace Smplat.Tests.Payments;

/// <summary>Payments together with fulfillment, and events signed like the provider's.</summary>
internal sealed class PaymentFixture : IAsyncDisposable
{
    private PaymentFixture(FulfillmentFixture inner)
    {
        Inner = inner;
        Stripe = new(inner.Clock);
    }

    public FulfillmentFixture Inner { get; }

    public StripeWebhooks Stripe { get; }

    public static async Task<PaymentFixture> CreateAsync(Dictionary<string, string?>? settings = null) => new(
        await FulfillmentFixture.CreateAsync(new ScriptedGateway(), new(settings ?? [])
        {
            ["STRIPE_WEBHOOK_SECRET"] = FakeStripe.WebhookSecret,
        }));

    public async Task<Guid> AnOrderAsync(string status = "pending") =>
        await AnOrderAsync(await Inner.Given.AProductAsync(), status);

    public async Task<Guid> AnOrderAsync(Guid product, string status = "pending")
    {
        var order = await Inner.Given.AnOrderAsync(status, await Inner.Given.AUserAsync());
        await Inner.Given.AnItemAsync(order, product);
        return order;
    }

    public async Task<Guid> APaymentAsync(Guid order, string? intent = "pi_1", string? session = null, string status = "pending")
    {
        var id = Guid.NewGuid();
        await Inner.ExecuteAsync(
            """
            insert into payments (id, order_id, provider_reference, provider_session_id, status, amount, currency)
            values (@id, @order, @intent, @session, @status, 100, 'EUR')
            """,
            new { id, order, intent, session, status });
        return id;
    }

    public Task<WebhookOutcome> DeliverAsync(string type, object subject, DateTimeOffset? created = null, string? id = null) =>
        DeliverAsync(Stripe.Event(type, subject, created, id));

    public Task<WebhookOutcome> DeliverAsync(byte[] body, string? signature = null) =>
        Inner.Get<StripeWebhook>().ReceiveAsync(
            new(signature ?? Stripe.Sign(body), body, null), CancellationToken.None);

    public Task<WebhookOutcome> SucceedAsync(string intent = "pi_1", string? id = null) =>
        DeliverAsync("payment_intent.succeeded", new { id = intent }, id: id);

    public Task<WebhookOutcome> FailAsync(string reason = "declined", string intent = "pi_1") =>
        DeliverAsync("payment_intent.payment_failed", new { id = intent, last_payment_error = new { message = reason } });

    /// <summary>Handles the internal messages that were committed.</summary>
    public async Task DispatchAsync()
    {
        Inner.Clock.Advance(TimeSpan.FromSeconds(1));
        var run = new JobRun(Guid.NewGuid(), "test", 1, Inner.Clock.GetUtcNow());
        await Inner.Get<InternalOutboxJob>().RunAsync(run, CancellationToken.None);
    }

    public Task<string?> StatusOfAsync(Guid payment) =>
        Inner.ScalarAsync<string>("select status from payments where id = @payment", new { payment });

    public Task<long> TasksOfAsync(Guid order) => Inner.ScalarAsync<long>(
        "select count(*) from fulfillment_tasks t join order_items i on i.id = t.order_item_id where i.order_id = @order", new { order });

    public ValueTask DisposeAsync() => Inner.DisposeAsync();
}
