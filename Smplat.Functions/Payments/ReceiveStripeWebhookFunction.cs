using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Payments;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Payments;

[OpenToAll("Authorised by the provider's signature over the raw bytes, not by a key.", Signature = "Stripe-Signature")]
public sealed class ReceiveStripeWebhookFunction(StripeWebhook receiver)
{
    [Function("ReceiveStripeWebhook")]
    [Operation("Take in an event of the payment provider", Tag = "Payments", Description = "Authorised by the header Stripe-Signature, which the provider computes over the raw bytes.")]
    [Answers(200, typeof(WebhookAnswer), Naming.Snake)]
    [Answers(400, "Invalid webhook signature")]
    [Answers(422, "The header Stripe-Signature is missing")]
    [Answers(500, "Webhook processing failed; the provider delivers again")]
    [Answers(503, "No webhook secret is configured, or the database is away")]
    public async Task<IResult> RunAsync(
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
}

/// <summary>The event is taken in.</summary>
public sealed record WebhookAnswer(bool Success, string Message);
