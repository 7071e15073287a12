using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Payments;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>Payments: starting a checkout, reading a payment, the webhook of Stripe, totals for dashboards.</summary>
public sealed class PaymentFunctions(CheckoutStart checkout, PaymentQueries payments, StripeWebhook receiver, PaymentCounters figures)
{
    [Function("StartCheckout")]
    [RequireKey(KeyScope.Storefront)]
    [Operation("Create a checkout session for an order", Tag = "Payments", Description = "With an Idempotency-Key header, repeating the call returns the same session.")]
    [JsonBody(typeof(StartCheckout), Example =
        """{"order_id":"0198f000-0000-7000-8000-00000000aaaa","success_url":"https://shop.example.com/thanks","cancel_url":"https://shop.example.com/cart"}""")]
    [HeaderParameter("Idempotency-Key", "Repeating the call with the same key changes nothing and returns the same answer", MaxLength = RouteInput.MaxKeyLength)]
    [Answers(200, typeof(StartCheckoutAnswer), Naming.Snake)]
    [Answers(400, "The order has no items")]
    [Answers(404, "No such order")]
    [Answers(409, "The order is paid or canceled, or the session of the key is closed")]
    [Answers(500, "The payment provider created no session")]
    [Answers(503, "No payment provider is configured")]
    public async Task<IResult> StartCheckoutAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/payments/checkout")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var command = await request.ReadAsync(StartCheckout.Read, cancellationToken) with { RequestKey = request.IdempotencyKey() };
        return await checkout.StartAsync(command, cancellationToken) switch
        {
            StartCheckoutOutcome.Started started => Answer.Snake(StartCheckoutAnswer.From(started)),
            StartCheckoutOutcome.Refused refused => Answer.From(refused.Refusal),
            StartCheckoutOutcome.Failed => Answer.Detail(StatusCodes.Status500InternalServerError, "Failed to create checkout session"),
            var unknown => throw new InvalidOperationException($"No answer for {unknown}."),
        };
    }

    [Function("GetPaymentStatus")]
    [RequireKey(KeyScope.Storefront)]
    [Operation("The state of a payment", Tag = "Payments")]
    [Answers(200, typeof(PaymentAnswer), Naming.Snake)]
    [Answers(404, "No such payment")]
    public async Task<IResult> GetPaymentStatusAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/payments/status/{paymentId}")] HttpRequest request,
        string paymentId,
        CancellationToken cancellationToken) =>
        await payments.FindAsync(RouteInput.Guid(paymentId, "payment_id"), cancellationToken) is { } payment
            ? Answer.Snake(PaymentAnswer.From(payment))
            : Answer.From(new PaymentNotFound());

    [Function("ReceiveStripeWebhook")]
    [OpenToAll("Authorised by the provider's signature over the raw bytes, not by a key.", Signature = "Stripe-Signature")]
    [RateLimit(RateCategory.Webhook)]
    [BodyLimit(1024)]
    [Operation("Receive an event of the payment provider", Tag = "Payments", Description = "Authorised by the header Stripe-Signature, which the provider computes over the raw bytes.")]
    [Answers(200, typeof(WebhookAnswer), Naming.Snake)]
    [Answers(400, "Invalid webhook signature")]
    [Answers(422, "The header Stripe-Signature is missing")]
    [Answers(500, "The event could not be handled; the provider delivers it again")]
    [Answers(503, "No webhook secret is configured, or the database is unavailable")]
    public async Task<IResult> ReceiveStripeWebhookAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/payments/webhooks/stripe")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var delivery = new WebhookDelivery(
            RouteInput.RequiredHeader(request, "Stripe-Signature"),
            await request.ReadBytesAsync(cancellationToken),
            request.Headers["stripe-webhook-id"]);
        return await receiver.ReceiveAsync(delivery, cancellationToken) switch
        {
            WebhookOutcome.Accepted accepted => Answer.Snake(
                new WebhookAnswer(true, $"Successfully processed {accepted.Type} event")),
            WebhookOutcome.Refused refused => Answer.From(refused.Refusal),
            WebhookOutcome.Failed => Answer.Detail(StatusCodes.Status500InternalServerError, "Webhook processing failed"),
            var unknown => throw new InvalidOperationException($"No answer for {unknown}."),
        };
    }

    [Function("GetPaymentObservability")]
    [RequireKey(KeyScope.Metrics)]
    [Operation("Checkout and webhook totals and last events, for dashboards", Tag = "Payments")]
    [Answers(200, typeof(PaymentObservability), Naming.Snake)]
    public async Task<IResult> GetPaymentObservabilityAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/payments/observability")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answer.Snake(await figures.ReadAsync(cancellationToken));
}

/// <param name="CheckoutUrl">Where the customer is sent.</param>
public sealed record StartCheckoutAnswer(
    string CheckoutSessionId, string CheckoutUrl, string PaymentId, decimal Amount, string Currency)
{
    public static StartCheckoutAnswer From(StartCheckoutOutcome.Started started) => new(
        started.CheckoutSessionId, started.CheckoutUrl, started.PaymentId.ToString(), started.Amount, started.Currency);
}

/// <summary>A payment as the API shows it.</summary>
public sealed record PaymentAnswer
{
    public required Guid PaymentId { get; init; }

    public required string Status { get; init; }

    public required decimal Amount { get; init; }

    public required string Currency { get; init; }

    public required string Provider { get; init; }

    public required string? ProviderReference { get; init; }

    /// <summary>The last failure; it stays on record when a later attempt succeeds.</summary>
    public required string? FailureReason { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset? CapturedAt { get; init; }

    public required decimal RefundedAmount { get; init; }

    public static PaymentAnswer From(Payment payment) => new()
    {
        PaymentId = payment.Id,
        Status = payment.Status,
        Amount = payment.Amount,
        Currency = payment.Currency,
        Provider = payment.Provider,
        ProviderReference = payment.ProviderReference,
        FailureReason = payment.FailureReason,
        CreatedAt = payment.CreatedAt,
        CapturedAt = payment.CapturedAt,
        RefundedAmount = payment.RefundedAmount,
    };
}

/// <summary>The event was accepted.</summary>
public sealed record WebhookAnswer(bool Success, string Message);
