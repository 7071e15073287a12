using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Smplat.FakeVendors.Hosting;

namespace Smplat.FakeVendors.Stripe;

/// <summary>
/// Stripe's API as far as checkout needs it, with the page on which a customer pays: opening a session's URL and pressing
/// a button delivers the signed events that the real one would.
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

    /// <summary>Makes and delivers signed events.</summary>
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

    /// <summary>An error body as Stripe's.</summary>
    /// <param name="param">The parameter that is wrong, if one is.</param>
    internal static IResult Error(
        string message, string? param, int status = StatusCodes.Status400BadRequest, string type = "invalid_request_error",
        string? code = null) => Reply.Json(new { error = new { code, message, param, type } }, status);
}
