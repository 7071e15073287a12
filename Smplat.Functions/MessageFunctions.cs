using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Notifications;
using Smplat.Core.Platform.Input;
using Smplat.Core.Platform.Outbox;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>Messages in the outbox: kinds, previews, failures, bounces.</summary>
public sealed class MessageFunctions(MessagePreview preview, OutboxOperations review, BounceOperations bounces)
{
    private const string PreviewPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; frame-ancestors 'self'";

    [Function("ListMessageKinds")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Every kind of message with its preference", Tag = "Operators")]
    [Answers(200, typeof(MessageKindsAnswer), Naming.Snake)]
    public IResult ListMessageKinds(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/notifications/kinds")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answer.Snake(new MessageKindsAnswer(MessageKinds.All));

    [Function("PreviewMessage")]
    [RequireKey(KeyScope.Operator)]
    [Operation("A message rendered with sample values", Tag = "Operators")]
    [Query(typeof(PreviewMessageQuery))]
    [QueryParameter("format", "html (default) or text")]
    [Answers(200, "The rendered message", ContentType = "text/html")]
    [Answers(404, "There is no such kind")]
    public IResult PreviewMessage(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/notifications/preview/{kind}")] HttpRequest request,
        string kind,
        CancellationToken cancellationToken) =>
        AnswerFrom(preview.Render(kind), request.ReadQuery(PreviewMessageQuery.Read));

    [Function("ListMessages")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Messages of the outbox with their status, newest first", Tag = "Operators")]
    [Query(typeof(ListMessages))]
    [QueryParameter("status", "pending, sending, sent, suppressed or dead")]
    [QueryParameter("kind", "Only this kind")]
    [QueryParameter("reason", "Only with this reason, such as delivery_unknown")]
    [QueryParameter("before", "Only messages older than this one")]
    [QueryParameter("limit", "1 to 200, default 50")]
    [Answers(200, typeof(MessagesAnswer), Naming.Snake)]
    public async Task<IResult> ListMessagesAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/notifications/messages")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var query = request.ReadQuery(ListMessages.Read);
        return Answer.Snake(new MessagesAnswer(await review.ListAsync(query, cancellationToken)));
    }

    [Function("RedriveMessages")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Send dead or suppressed messages again", Tag = "Operators")]
    [JsonBody(typeof(RedriveMessages), Example =
        """{"message_reason":"attempts_exhausted","limit":100,"actor":"on-call","reason":"mail server is back"}""")]
    [Answers(200, typeof(RedriveAnswer), Naming.Snake)]
    public async Task<IResult> RedriveMessagesAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/operators/notifications/redrive")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var command = await request.ReadAsync(RedriveMessages.Read, cancellationToken);
        return Answer.Snake(new RedriveAnswer(await review.RedriveAsync(command, cancellationToken)));
    }

    [Function("RecordBounce")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Record a bounce; hard bounces and complaints block the address", Tag = "Operators")]
    [JsonBody(typeof(RecordBounce), Example = """{"recipient":"gone@example.test","kind":"hard","reason":"550 no such user"}""")]
    [Answers(202, typeof(BounceAnswer), Naming.Snake)]
    public async Task<IResult> RecordBounceAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/operators/notifications/bounces")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var bounce = await request.ReadAsync(RecordBounce.Read, cancellationToken);
        var blocked = await bounces.RecordAsync(bounce, "operator", cancellationToken);
        return Answer.Snake(new BounceAnswer(blocked), StatusCodes.Status202Accepted);
    }

    [Function("UnblockAddress")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Unblock an address that bounces have blocked", Tag = "Operators")]
    [JsonBody(typeof(UnblockAddressCommand), Example = """{"recipient":"back@example.test"}""")]
    [Answers(204, "The address is unblocked")]
    [Answers(404, "The address was not blocked")]
    public async Task<IResult> UnblockAddressAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/operators/notifications/unblock")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var command = await request.ReadAsync(UnblockAddressCommand.Read, cancellationToken);
        return await bounces.UnblockAsync(command.Recipient, cancellationToken)
            ? Answer.Empty()
            : Answer.Detail(StatusCodes.Status404NotFound, "The address is not blocked.");
    }

    private static IResult AnswerFrom(RenderedMessage? message, PreviewMessageQuery query) => message switch
    {
        null => Answer.Detail(StatusCodes.Status404NotFound, "There is no such kind of message."),
        _ when query.Format == "text" => Answer.Text($"Subject: {message.Subject}\n\n{message.Text}"),
        _ => Answer.Html(message.Html, PreviewPolicy),
    };
}

public sealed record MessageKindsAnswer(IReadOnlyList<MessageKind> Kinds);

public sealed record MessagesAnswer(IReadOnlyList<MessageRow> Messages);

/// <param name="Redriven">Messages that wait for delivery again.</param>
public sealed record RedriveAnswer(int Redriven);

/// <param name="Blocked">Mail no longer goes to the address.</param>
public sealed record BounceAnswer(bool Blocked);

/// <param name="Format"><c>html</c> or <c>text</c>.</param>
public sealed record PreviewMessageQuery(string Format)
{
    public static PreviewMessageQuery Read(Fields fields) => new(fields.Label("format", ["html", "text"]) ?? "html");
}

public sealed record UnblockAddressCommand(string Recipient)
{
    public static UnblockAddressCommand Read(Fields fields) => new(fields.RequiredText("recipient", 3, 254));
}
