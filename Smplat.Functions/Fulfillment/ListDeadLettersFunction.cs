using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Fulfillment;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Fulfillment;

[RequireKey(KeyScope.Operator)]
public sealed class ListDeadLettersFunction(DeadLetterOperations desk)
{
    [Function("ListDeadLetters")]
    [Operation("Tasks that were given up, newest first", Tag = "Fulfillment")]
    [Query(typeof(DeadLetterFilter))]
    [QueryParameter("task_type", "only this type")]
    [QueryParameter("order_id", "only of this order")]
    [QueryParameter("error_contains", "only with this in the last error")]
    [QueryParameter("since", "only failed at or after this")]
    [QueryParameter("before", "only failed before this; the last one seen gives the next page")]
    [QueryParameter("limit", "1 to 500; 50 when left out")]
    [Answers(200, typeof(DeadLetter[]), Naming.Snake)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/fulfillment/dead-letters")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answer.Snake(await desk.ListAsync(request.ReadQuery(DeadLetterFilter.Read), cancellationToken));
}
