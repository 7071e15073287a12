using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Payments;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Payments;

[RequireKey(KeyScope.Storefront)]
public sealed class StartCheckoutFunction(CheckoutStart checkout)
{
    [Function("StartCheckout")]
    [Operation("Make a page on which an order can be paid", Tag = "Payments", Description = "With an Idempotency-Key header, repeating the call gives the same session.")]
    [JsonBody(typeof(StartCheckout), Example =
        """{"order_id":"0198f000-0000-7000-8000-00000000aaaa","success_url":"https://shop.example.com/thanks","cancel_url":"https://shop.example.com/cart"}""")]
    [HeaderParameter("Idempotency-Key", "Repeating the call with the same key changes nothing and is answered the same", MaxLength = RouteInput.MaxKeyLength)]
    [Answers(200, typeof(StartCheckoutAnswer), Naming.Snake)]
    [Answers(400, "The order has no items")]
    [Answers(404, "No such order")]
    [Answers(409, "The order is paid or canceled, or the page of the key is closed")]
    [Answers(500, "The payment provider made no session")]
    [Answers(503, "No payment provider is configured")]
    public async Task<IResult> RunAsync(
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
}

/// <param name="CheckoutUrl">Where the customer is sent.</param>
public sealed record StartCheckoutAnswer(
    string CheckoutSessionId, string CheckoutUrl, string PaymentId, decimal Amount, string Currency)
{
    public static StartCheckoutAnswer From(StartCheckoutOutcome.Started started) => new(
        started.CheckoutSessionId, started.CheckoutUrl, started.PaymentId.ToString(), started.Amount, started.Currency);
}
