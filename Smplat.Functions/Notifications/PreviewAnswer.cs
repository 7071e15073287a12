using Microsoft.AspNetCore.Http;
using Smplat.Core.Platform.Outbox;
using Smplat.Functions.Http;

namespace Smplat.Functions.Notifications;

internal static class PreviewAnswer
{
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; frame-ancestors 'self'";

    public static IResult Of(RenderedMessage? message, PreviewQuery query) => message switch
    {
        null => Answer.Detail(StatusCodes.Status404NotFound, "There is no such kind of message."),
        _ when query.Format == "text" => Answer.Text($"Subject: {message.Subject}\n\n{message.Text}"),
        _ => Answer.Html(message.Html, Policy),
    };
}
