using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Fulfillment;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Fulfillment;

[RequireKey(KeyScope.Operator)]
public sealed class RedriveDeadLettersFunction(DeadLetterOperations desk)
{
    [Function("RedriveDeadLetters")]
    [Operation("Replay the oldest given-up tasks that match", Tag = "Fulfillment")]
    [JsonBody(typeof(RedriveDeadLetters), Example = """{"task_type":"follower_growth","limit":100,"actor":"operator","reason":"provider is back"}""")]
    [Answers(200, typeof(RedriveReport), Naming.Snake)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/operators/fulfillment/redrive")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answer.Snake(await desk.RedriveAsync(await request.ReadAsync(RedriveDeadLetters.Read, cancellationToken), cancellationToken));
}
