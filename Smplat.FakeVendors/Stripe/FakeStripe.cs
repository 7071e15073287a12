using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Smplat.FakeVendors.Hosting;

namespace Smplat.FakeVendors.Stripe;

/// <summary>
/// The part of Stripe's API that checkout needs, and the page on which a customer pays: opening a session's URL and pressing a
/// button delivers the signed events that Stripe would deliver.
/// </summary>
public sealed class FakeStripe : FakeVendor
{
    public const string SecretKey = "sk_test_fake";

    public const string WebhookSecret = "whsec_fake";

    public FakeStripe(TimeProvider clock)
        : base("stripe", clock)
    {
        Sessions = new(this, clock);
        Webhooks = new(clock);
        Page = new(Sessions, Webhooks);
    }

    public StripeSessions Sessions { get; }

    /// <summary>Creates and delivers signed events.</summary>
    public StripeWebhooks Webhooks { get; }

    public StripePayPage Page { get; }

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["STRIPE_API_BASE"] = Address.ToString(),
        ["STRIPE_SECRET_KEY"] = SecretKey,
        ["STRIPE_WEBHOOK_SECRET"] = WebhookSecret,
    };

    protected override void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/checkout/sessions", Answer(Sessions.CreateAsync));
        routes.MapGet("/v1/checkout/sessions/{id}", Answer(Sessions.Find));
        routes.MapPost("/v1/checkout/sessions/{id}/expire", Answer(Sessions.Expire));
        routes.MapGet("/pay/{id}", Answer(Page.Show));
        routes.MapPost("/pay/{id}/{what}", Answer(Page.ActAsync));
    }

    protected override IResult? Refuse(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments("/v1", StringComparison.Ordinal))
            return null;
        var headers = context.Request.Headers;
        context.Response.Headers["Request-Id"] = $"req_{Guid.NewGuid().ToString("N")[..14]}";
        foreach (var echoed in new[] { "Stripe-Version", "Idempotency-Key" }.Where(headers.ContainsKey))
            context.Response.Headers[echoed] = headers[echoed];
        return headers.Authorization != $"Bearer {SecretKey}"
            ? Error("Invalid API Key provided: sk_test_****", null, StatusCodes.Status401Unauthorized)
            : null;
    }

    /// <summary>An error body in Stripe's format.</summary>
    /// <param name="param">The parameter that is wrong, if one is.</param>
    internal static IResult Error(
        string message, string? param, int status = StatusCodes.Status400BadRequest, string type = "invalid_request_error",
        string? code = null) => Reply.Json(new { error = new { code, message, param, type } }, status);
}

/// <summary>The hosted page: pay, or have the card declined.</summary>
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
            <form method="post" action="/pay/{session.Id}/fail"><button>Decline the card</button></form>
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

    /// <summary>Delivers the events of a payment, the intent first; none when the session is closed.</summary>
    public async Task PayAsync(StripeSession session, CancellationToken cancellationToken)
    {
        if (!session.TryLeave("complete"))
            return;
        session.PaymentStatus = session.AmountTotal == 0 ? "no_payment_required" : "paid";
        if (session.AmountTotal > 0)
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
        amount_received = error is null ? session.AmountTotal : 0,
        currency = session.Currency,
        created = session.CreatedAt.ToUnixTimeSeconds(),
        status = error is null ? "succeeded" : "requires_payment_method",
        metadata = session.Metadata,
        last_payment_error = error is null ? null : new { message = error },
    };
}

/// <summary>Creates and delivers signed events as Stripe does.</summary>
public sealed class StripeWebhooks(TimeProvider clock) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });

    /// <summary>Where events are delivered; null delivers none.</summary>
    public Uri? Target { get; set; }

    /// <param name="created">When it happened; orders the events of one payment.</param>
    public byte[] Event(string type, object subject, DateTimeOffset? created = null, string? id = null) =>
        JsonSerializer.SerializeToUtf8Bytes(new
        {
            id = id ?? $"evt_{Guid.NewGuid():N}",
            @object = "event",
            api_version = "2025-03-31.basil",
            created = (created ?? clock.GetUtcNow()).ToUnixTimeSeconds(),
            type,
            data = new { @object = subject },
        });

    public string Sign(byte[] body, string secret = FakeStripe.WebhookSecret, DateTimeOffset? at = null)
    {
        var time = (at ?? clock.GetUtcNow()).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signed = Encoding.UTF8.GetBytes($"{time}.").Concat(body).ToArray();
        return $"t={time},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed))}";
    }

    /// <returns>The receiver's status; null without a target.</returns>
    public async Task<HttpStatusCode?> DeliverAsync(byte[] body, CancellationToken cancellationToken)
    {
        if (Target is null)
            return null;
        using var request = new HttpRequestMessage(HttpMethod.Post, Target) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TryAddWithoutValidation("Stripe-Signature", Sign(body));
        using var response = await _http.SendAsync(request, cancellationToken);
        return response.StatusCode;
    }

    public void Dispose() => _http.Dispose();
}
