using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Platform.Outbox;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Notifications;

[RequireKey(KeyScope.Operator)]
public sealed class RecordBounceFunction(BounceOperations bounces)
{
    [Function("RecordBounce")]
    [Operation("Record a mail that came back; hard bounces and complaints block the address", Tag = "Operators")]
    [JsonBody(typeof(RecordBounce), Example = """{"recipient":"gone@example.test","kind":"hard","reason":"550 no such user"}""")]
    [Answers(202, typeof(BounceAnswer), Naming.Snake)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/operators/notifications/bounces")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var bounce = await request.ReadAsync(RecordBounce.Read, cancellationToken);
        var blocked = await bounces.RecordAsync(bounce, "operator", cancellationToken);
        return Answer.Snake(new BounceAnswer(blocked), StatusCodes.Status202Accepted);
    }
}

/// <param name="Blocked">Mail no longer goes to the address.</param>
public sealed record BounceAnswer(bool Blocked);
