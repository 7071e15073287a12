using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Fulfillment;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Fulfillment;

[RequireKey(KeyScope.Operator)]
public sealed class DiscardDeadLetterFunction(DeadLetterOperations desk)
{
    [Function("DiscardDeadLetter")]
    [Operation("Let a given-up task go", Tag = "Fulfillment")]
    [JsonBody(typeof(HandleDeadLetter), Example = """{"actor":"operator","reason":"provider is back"}""")]
    [Answers(200, typeof(DeadLetterAnswer), Naming.Snake)]
    [Answers(404, "No such task")]
    [Answers(409, "The task was not given up, or its order is canceled")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/operators/fulfillment/dead-letters/{taskId}/discard")] HttpRequest request,
        string taskId,
        CancellationToken cancellationToken)
    {
        var id = RouteInput.Guid(taskId, "task_id");
        var command = await request.ReadAsync(HandleDeadLetter.Read, cancellationToken);
        return DeadLetterAnswer.From(await desk.DiscardAsync(id, command, cancellationToken));
    }
}
