using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Platform.Outbox;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Notifications;

[RequireKey(KeyScope.Operator)]
public sealed class ListMessagesFunction(OutboxOperations review)
{
    [Function("ListMessages")]
    [Operation("Messages of the outbox and what became of them, newest first", Tag = "Operators")]
    [Query(typeof(ListMessages))]
    [QueryParameter("status", "pending, sending, sent, suppressed or dead")]
    [QueryParameter("kind", "Only this kind")]
    [QueryParameter("reason", "Only with this reason, such as delivery_unknown")]
    [QueryParameter("before", "Only messages older than this one")]
    [QueryParameter("limit", "1 to 200, default 50")]
    [Answers(200, typeof(MessagesAnswer), Naming.Snake)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/notifications/messages")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var query = request.ReadQuery(ListMessages.Read);
        return Answer.Snake(new MessagesAnswer(await review.ListAsync(query, cancellationToken)));
    }
}

public sealed record MessagesAnswer(IReadOnlyList<MessageRow> Messages);
