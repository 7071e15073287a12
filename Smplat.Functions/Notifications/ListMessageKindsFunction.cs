using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Notifications;
using Smplat.Core.Platform.Outbox;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Notifications;

[RequireKey(KeyScope.Operator)]
public sealed class ListMessageKindsFunction
{
    [Function("ListMessageKinds")]
    [Operation("Every kind of message, with the preference that governs it", Tag = "Operators")]
    [Answers(200, typeof(MessageKindsAnswer), Naming.Snake)]
    public IResult Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/notifications/kinds")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answer.Snake(new MessageKindsAnswer(MessageKinds.All));
}

public sealed record MessageKindsAnswer(IReadOnlyList<MessageKind> Kinds);
