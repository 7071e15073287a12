using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Platform.Outbox;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Notifications;

[RequireKey(KeyScope.Operator)]
public sealed class UnblockAddressFunction(BounceOperations bounces)
{
    [Function("UnblockAddress")]
    [Operation("Let mail go to an address again that bounces have blocked", Tag = "Operators")]
    [JsonBody(typeof(UnblockAddressCommand), Example = """{"recipient":"back@example.test"}""")]
    [Answers(204, "Mail goes there again")]
    [Answers(404, "The address was not blocked")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/operators/notifications/unblock")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var command = await request.ReadAsync(UnblockAddressCommand.Read, cancellationToken);
        return await bounces.UnblockAsync(command.Recipient, cancellationToken)
            ? Answer.Empty()
            : Answer.Detail(StatusCodes.Status404NotFound, "The address is not blocked.");
    }
}
