using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Commerce.Answers;
using Smplat.Core.Commerce.Learning;
using Smplat.Functions.Http.Access;
using Smplat.Functions.Http.Answers;
using Smplat.Functions.Http.Bodies;
using Smplat.Functions.Http.Limits;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Commerce;

[RequireKey(KeyScope.Operator)]
[RateLimit(RateCategory.Order)]
public sealed class RecordOutcomeFunction(OutcomeRecording recording, TimeProvider clock)
{
    [Function("RecordOutcome")]
    [Operation("Report how an order went; the ranking learns from it", Tag = "Commerce",
        Description = "An order counts once per provider, however often it is reported.")]
    [JsonBody(typeof(RecordOutcomeBody), Naming.Camel, Example = RecordOutcomeBody.Example)]
    [Answers(200, typeof(RecordOutcomeAnswer), Naming.Camel)]
    [Answers(400, typeof(FailureAnswer), Naming.Camel)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "functions/v1/loopgpt_record_outcome")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var outcome = await request.ReadAsync(fields => RecordOutcome.Read(fields, clock.GetUtcNow()), cancellationToken);
        return Answer.Camel(RecordOutcomeAnswer.From(await recording.RecordAsync(outcome, cancellationToken)));
    }
}
