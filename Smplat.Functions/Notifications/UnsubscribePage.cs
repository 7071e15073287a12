using Microsoft.AspNetCore.Http;
using Smplat.Core.Platform.Outbox;
using Smplat.Functions.Http;

namespace Smplat.Functions.Notifications;

/// <summary>The small pages behind the unsubscribe link. They hold nothing that came with the request.</summary>
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
        "<p>It may be cut off. Copy the whole link from the message, or change the settings in your account.</p>",
        StatusCodes.Status404NotFound);

    private static string Name(string preference) => preference switch
    {
        Preference.OrderUpdates => "messages about the progress of your orders",
        Preference.PaymentUpdates => "messages about payments",
        Preference.FulfillmentAlerts => "messages about the work on your orders",
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
