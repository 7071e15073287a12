using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Fulfillment;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Fulfillment;

[RequireKey(KeyScope.Operator)]
public sealed class GetDeadLetterFunction(DeadLetterOperations desk)
{
    [Function("GetDeadLetter")]
    [Operation("A given-up task with its failed attempts and what operators did", Tag = "Fulfillment")]
    [Answers(200, typeof(DeadLetterDetails), Naming.Snake)]
    [Answers(404, "No such dead letter")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/fulfillment/dead-letters/{taskId}")] HttpRequest request,
        string taskId,
        CancellationToken cancellationToken) =>
        await desk.FindAsync(RouteInput.Guid(taskId, "task_id"), cancellationToken) is { } file
            ? Answer.Snake(file)
            : Answer.From(new DeadLetterNotFound());
}
