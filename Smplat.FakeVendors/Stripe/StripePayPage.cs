using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Smplat.FakeVendors.Hosting;

namespace Smplat.FakeVendors.Stripe;

/// <summary>The hosted page: pay, or let the card be declined.</summary>
public sealed class StripePayPage(StripeSessions sessions, StripeWebhooks webhooks)
{
    internal IResult Show(HttpContext context)
    {
        if (sessions.Get((string)context.GetRouteValue("id")!) is not { } session)
            return Reply.Empty(StatusCodes.Status404NotFound);
        if (session.Status != "open")
            return Closed(session);
        var order = WebUtility.HtmlEncode(session.Metadata.GetValueOrDefault("order_number", ""));
        return Reply.Page($"""
            <!doctype html><title>Pay</title><h1>Order {order}</h1>
            <p>{session.AmountTotal / 100m} {WebUtility.HtmlEncode(session.Currency.ToUpperInvariant())} ({session.PaymentStatus})</p>
            <form method="post" action="/pay/{session.Id}/succeed"><button>Pay</button></form>
            <form method="post" action="/pay/{session.Id}/fail"><button>Let the card be declined</button></form>
            """);
    }

    internal async Task<IResult> ActAsync(HttpContext context)
    {
        if (sessions.Get((string)context.GetRouteValue("id")!) is not { } session)
            return Reply.Empty(StatusCodes.Status404NotFound);
        if (session.Status != "open")
            return Closed(session);
        if ((string)context.GetRouteValue("what")! == "succeed")
        {
            await PayAsync(session, context.RequestAborted);
            return Results.Redirect(session.SuccessUrl);
        }

        await DeclineAsync(session, context.RequestAborted);
        return Results.Redirect(session.CancelUrl);
    }

    /// <summary>What the provider delivers after a payment, the intent first; nothing for a page that is closed.</summary>
    public async Task PayAsync(StripeSession session, CancellationToken cancellationToken)
    {
        if (!session.TryLeave("complete"))
            return;
        session.PaymentStatus = "paid";
        await webhooks.DeliverAsync(webhooks.Event("payment_intent.succeeded", Intent(session, null)), cancellationToken);
        await webhooks.DeliverAsync(webhooks.Event("checkout.session.completed", session.ToObject(showIntent: true)), cancellationToken);
    }

    public Task DeclineAsync(StripeSession session, CancellationToken cancellationToken) => webhooks.DeliverAsync(
        webhooks.Event("payment_intent.payment_failed", Intent(session, "Your card was declined.")), cancellationToken);

    private static IResult Closed(StripeSession session) => Reply.Page(
        $"<!doctype html><title>Pay</title><p>This session is {session.Status}; nothing can be paid here.</p>");

    private static object Intent(StripeSession session, string? error) => new
    {
        id = session.IntentId,
        @object = "payment_intent",
        amount = session.AmountTotal,
        currency = session.Currency,
        metadata = session.Metadata,
        last_payment_error = error is null ? null : new { message = error },
    };
}
