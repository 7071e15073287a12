using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Payments;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Payments;

[RequireKey(KeyScope.Metrics)]
public sealed class GetPaymentObservabilityFunction(PaymentCounters figures)
{
    [Function("GetPaymentObservability")]
    [Operation("Checkout and webhook totals and last events, for dashboards", Tag = "Payments")]
    [Answers(200, typeof(PaymentObservability), Naming.Snake)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/payments/observability")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answer.Snake(await figures.ReadAsync(cancellationToken));
}
