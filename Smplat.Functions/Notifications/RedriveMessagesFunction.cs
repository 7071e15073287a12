using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Platform.Outbox;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Notifications;

[RequireKey(KeyScope.Operator)]
public sealed class RedriveMessagesFunction(OutboxOperations review)
{
    [Function("RedriveMessages")]
    [Operation("Send given-up or suppressed messages on their way again", Tag = "Operators")]
    [JsonBody(typeof(RedriveMessages), Example =
        """{"message_reason":"attempts_exhausted","limit":100,"actor":"on-call","reason":"mail server is back"}""")]
    [Answers(200, typeof(RedriveAnswer), Naming.Snake)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/operators/notifications/redrive")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var command = await request.ReadAsync(RedriveMessages.Read, cancellationToken);
        return Answer.Snake(new RedriveAnswer(await review.RedriveAsync(command, cancellationToken)));
    }
}

/// <param name="Redriven">Messages that wait for delivery again.</param>
public sealed record RedriveAnswer(int Redriven);
