using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Payments;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Payments;

[RequireKey(KeyScope.Storefront)]
public sealed class GetPaymentStatusFunction(PaymentQueries payments)
{
    [Function("GetPaymentStatus")]
    [Operation("How a payment stands", Tag = "Payments")]
    [Answers(200, typeof(PaymentAnswer), Naming.Snake)]
    [Answers(404, "No such payment")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/payments/status/{paymentId}")] HttpRequest request,
        string paymentId,
        CancellationToken cancellationToken) =>
        await payments.FindAsync(RouteInput.Guid(paymentId, "payment_id"), cancellationToken) is { } payment
            ? Answer.Snake(PaymentAnswer.From(payment))
            : Answer.From(new PaymentNotFound());
}

/// <summary>A payment as the API shows it.</summary>
/// <param name="FailureReason">The last failure; it stays on record when a later attempt succeeds.</param>
public sealed record PaymentAnswer(
    Guid PaymentId,
    string Status,
    decimal Amount,
    string Currency,
    string Provider,
    string? ProviderReference,
    string? FailureReason,
    DateTimeOffset CreatedAt,
    DateTimeOffset? CapturedAt,
    decimal RefundedAmount)
{
    public static PaymentAnswer From(Payment payment) => new(
        payment.Id,
        payment.Status,
        payment.Amount,
        payment.Currency,
        payment.Provider,
        payment.ProviderReference,
        payment.FailureReason,
        payment.CreatedAt,
        payment.CapturedAt,
        payment.RefundedAmount);
}
