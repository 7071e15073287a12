using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Platform.Outbox;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>What a user wants to be mailed about: preferences, and the unsubscribe link of a mail.</summary>
public sealed class NotificationPreferenceFunctions(PreferenceOperations preferences, UnsubscribeLinks links, PreferenceOperations unsubscribing)
{
    [Function("GetNotificationPreferences")]
    [RequireKey(KeyScope.Storefront)]
    [ForMember("userId")]
    [Operation("A person's message preferences; created with the defaults on first read", Tag = "Notifications")]
    [Answers(200, typeof(NotificationPreferences), Naming.Snake)]
    [Answers(404, "There is no such user")]
    public async Task<IResult> GetNotificationPreferencesAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/notifications/preferences/{userId}")] HttpRequest request,
        string userId,
        CancellationToken cancellationToken) =>
        AnswerFrom(await preferences.ReadAsync(RouteInput.Guid(userId, "user_id"), cancellationToken));

    [Function("ChangeNotificationPreferences")]
    [RequireKey(KeyScope.Storefront)]
    [ForMember("userId")]
    [Operation("Change some of a person's preferences; null leaves one unchanged", Tag = "Notifications")]
    [JsonBody(typeof(ChangePreferences), Example = """{"order_updates":false,"marketing_messages":true}""")]
    [Answers(200, typeof(NotificationPreferences), Naming.Snake)]
    [Answers(404, "There is no such user")]
    public async Task<IResult> ChangeNotificationPreferencesAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "api/v1/notifications/preferences/{userId}")] HttpRequest request,
        string userId,
        CancellationToken cancellationToken)
    {
        var user = RouteInput.Guid(userId, "user_id");
        var change = await request.ReadAsync(ChangePreferences.Read, cancellationToken);
        return AnswerFrom(await preferences.ChangeAsync(user, change, cancellationToken));
    }

    [Function("ShowUnsubscribe")]
    [OpenToAll("The link in a mail is signed; its holder may see what it turns off.")]
    [RateLimit(RateCategory.Standard)]
    [Operation("The page behind the unsubscribe link; it changes nothing, since mail scanners open links", Tag = "Notifications")]
    [Answers(200, "The page with its form", ContentType = "text/html")]
    [Answers(404, "The link is not valid", ContentType = "text/html")]
    public IResult ShowUnsubscribe(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = UnsubscribeLinks.Path + "/{token}")] HttpRequest request,
        string token,
        CancellationToken cancellationToken) =>
        links.Read(token) is { } link ? UnsubscribePage.Ask(link.Preference) : UnsubscribePage.Unknown();

    [Function("Unsubscribe")]
    [OpenToAll("One-click unsubscribe (RFC 8058): mail programs post without a key; the link is signed.")]
    [RateLimit(RateCategory.Standard)]
    [Operation("Turn off the preference that the signed link names; repeating it changes nothing", Tag = "Notifications")]
    [Answers(200, "A page that names the preference that is now off", ContentType = "text/html")]
    [Answers(404, "The link is not valid", ContentType = "text/html")]
    public async Task<IResult> UnsubscribeAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = UnsubscribeLinks.Path + "/{token}")] HttpRequest request,
        string token,
        CancellationToken cancellationToken) =>
        await unsubscribing.UnsubscribeAsync(token, cancellationToken) is { } preference
            ? UnsubscribePage.Done(preference)
            : UnsubscribePage.Unknown();

    private static IResult AnswerFrom(PreferenceOutcome outcome) => outcome switch
    {
        PreferenceOutcome.Known known => Answer.Snake(known.Preferences),
        PreferenceOutcome.Refused refused => Answer.From(refused.Refusal),
        _ => throw new InvalidOperationException($"No answer for {outcome}."),
    };
}

/// <summary>The small pages behind the unsubscribe link. They show nothing from the request.</summary>
internal static class UnsubscribePage
{
    private const string Policy =
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static IResult Ask(string preference) => Page(
        "Turn these messages off?",
        $"""<p>You will no longer get {Name(preference)}.</p><form method="post"><button>Turn off</button></form>""");

    public static IResult Done(string preference) => Page(
        "Turned off",
        $"<p>You will no longer get {Name(preference)}. You can turn them on again in your account.</p>");

    public static IResult Unknown() => Page(
        "This link does not work",
        "<p>The link may be incomplete. Copy the whole link from the message, or change the settings in your account.</p>",
        StatusCodes.Status404NotFound);

    private static string Name(string preference) => preference switch
    {
        Preference.OrderUpdates => "updates about your orders",
        Preference.PaymentUpdates => "messages about payments",
        Preference.FulfillmentAlerts => "alerts about the work on your orders",
        Preference.MarketingMessages => "digests and offers",
        _ => "messages about invoices",
    };

    private static IResult Page(string title, string body, int status = StatusCodes.Status200OK) => Answer.Html(
        $$"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="robots" content="noindex"><title>{{title}}</title>
        <style>
        body { font: 17px/1.5 system-ui, sans-serif; color: #111827; max-width: 32rem; margin: 15vh auto 0; padding: 0 1rem }
        h1 { font-size: 1.4rem }
        button { font: inherit; font-weight: 600; color: #fff; background: #4338ca; border: 0; border-radius: 6px; padding: .6rem 1.2rem }
        </style>
        </head>
        <body><main><h1>{{title}}</h1>{{body}}</main></body>
        </html>
        """,
        Policy,
        status);
}
