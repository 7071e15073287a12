using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Commerce.Learning;
using Smplat.Core.Commerce.Routing;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Commerce;

[RequireKey(KeyScope.Operator)]
[RateLimit(RateCategory.Order)]
public sealed class RecordOutcomeFunction(OutcomeRecording recording, TimeProvider clock)
{
    [Function("RecordOutcome")]
    [Operation("Report how an order went; the ranking learns from it", Tag = "Commerce",
        Description = "An order counts once per provider, however often it is reported.")]
    [JsonBody(typeof(RecordOutcome), Example =
        """{"orderId":"order_mealme_1772442000000_a1b2c3d4","providerId":"MEALME","wasSuccessful":true,"actualDeliveryTime":41,"itemsDelivered":3,"itemsOrdered":3,"totalValue":89.17,"commissionRate":0.03,"userRating":5}""")]
    [Answers(200, typeof(RecordOutcomeAnswer), Naming.Camel)]
    [Answers(400, typeof(FailureAnswer), Naming.Commerce)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "functions/v1/loopgpt_record_outcome")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var outcome = await request.ReadAsync(fields => RecordOutcome.Read(fields, clock.GetUtcNow()), cancellationToken);
        return Answer.Camel(RecordOutcomeAnswer.From(await recording.RecordAsync(outcome, cancellationToken)));
    }
}
