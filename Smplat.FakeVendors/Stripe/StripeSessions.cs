using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Smplat.FakeVendors.Hosting;

namespace Smplat.FakeVendors.Stripe;

/// <summary>Creates checkout sessions from form bodies; the same idempotency key gives the same session.</summary>
public sealed class StripeSessions(FakeStripe stripe, TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, StripeSession> _byId = new();
    private readonly ConcurrentDictionary<string, Lazy<(StripeSession Session, string Form)>> _byKey = new();
    private int _count;

    /// <summary>Returns the payment intent already at creation, as older API versions did.</summary>
    public bool ShowsIntentAtOnce { get; set; }

    public IReadOnlyCollection<StripeSession> All => [.. _byId.Values];

    public StripeSession? Get(string id) => _byId.GetValueOrDefault(id);

    internal async Task<IResult> CreateAsync(HttpContext context)
    {
        if (!context.Request.HasFormContentType)
            return FakeStripe.Error("The body must be form-encoded.", "body");
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        if (Missing(form) is { } missing)
            return FakeStripe.Error($"Missing required param: {missing}.", missing, code: "parameter_missing");
        var key = context.Request.Headers["Idempotency-Key"].ToString();
        if (key.Length == 0)
            return Reply.Json(Create(form).ToObject(ShowsIntentAtOnce));
        var parameters = string.Join(
            '&', form.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}={entry.Value}"));
        var mine = new Lazy<(StripeSession, string)>(() => (Create(form), parameters));
        var known = _byKey.GetOrAdd(key, mine);
        if (known.Value.Form != parameters)
        {
            return FakeStripe.Error(
                "Keys for idempotent requests can only be used with the same parameters they were first used with. "
                + $"Try using a key other than '{key}' if you meant to execute a different request.",
                null,
                type: "idempotency_error");
        }

        if (known != mine)
            context.Response.Headers["Idempotent-Replayed"] = "true";
        return Reply.Json(known.Value.Session.ToObject(ShowsIntentAtOnce));
    }

    internal IResult Find(HttpContext context) => Get((string)context.GetRouteValue("id")!) is { } session
        ? Reply.Json(session.ToObject(session.Status == "complete" || ShowsIntentAtOnce))
        : NoSuch((string)context.GetRouteValue("id")!);

    /// <summary>Closes the session for payments; the event follows the answer.</summary>
    internal IResult Expire(HttpContext context)
    {
        if (Get((string)context.GetRouteValue("id")!) is not { } session)
            return NoSuch((string)context.GetRouteValue("id")!);
        if (!session.TryLeave("expired"))
        {
            return FakeStripe.Error(
                $"Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of `{session.Status}`.",
                null);
        }

        context.Response.OnCompleted(() => stripe.Webhooks.DeliverAsync(
            stripe.Webhooks.Event("checkout.session.expired", session.ToObject(showIntent: false)), CancellationToken.None));
        return Reply.Json(session.ToObject(showIntent: false));
    }

    private StripeSession Create(IFormCollection form)
    {
        var number = Interlocked.Increment(ref _count);
        var id = $"cs_test_{number:D6}{Guid.NewGuid():N}";
        var session = new StripeSession
        {
            Id = id,
            IntentId = $"pi_{number:D6}{Guid.NewGuid():N}",
            Url = new Uri(stripe.Address, $"/pay/{id}").ToString(),
            SuccessUrl = form["success_url"]!,
            CancelUrl = form["cancel_url"]!,
            ClientReferenceId = form["client_reference_id"],
            CustomerEmail = form["customer_email"],
            CreatedAt = clock.GetUtcNow(),
            Currency = form["line_items[0][price_data][currency]"]!,
            AmountTotal = Total(form),
            Metadata = Metadata(form),
        };
        _byId[id] = session;
        return session;
    }

    private static string? Missing(IFormCollection form) => new[]
        {
            "mode", "success_url", "cancel_url", "line_items[0][price_data][currency]",
            "line_items[0][price_data][product_data][name]", "line_items[0][price_data][unit_amount]", "line_items[0][quantity]",
        }
        .FirstOrDefault(name => string.IsNullOrEmpty(form[name]));

    private static long Total(IFormCollection form)
    {
        var total = 0L;
        for (var index = 0; form.ContainsKey($"line_items[{index}][quantity]"); index++)
        {
            total += long.Parse(form[$"line_items[{index}][price_data][unit_amount]"]!, CultureInfo.InvariantCulture)
                * long.Parse(form[$"line_items[{index}][quantity]"]!, CultureInfo.InvariantCulture);
        }

        return total;
    }

    private static Dictionary<string, string> Metadata(IFormCollection form) => form
        .Where(entry => entry.Key.StartsWith("metadata[", StringComparison.Ordinal))
        .ToDictionary(entry => entry.Key["metadata[".Length..^1], entry => entry.Value.ToString());

    private static IResult NoSuch(string id) => FakeStripe.Error(
        $"No such checkout.session: {id}", "session", StatusCodes.Status404NotFound, code: "resource_missing");
}

/// <summary>A checkout session.</summary>
public sealed record StripeSession
{
    private readonly Lock _gate = new();

    public required string Id { get; init; }

    /// <summary>Known from the start, but shown only once the customer pays, as in recent API versions.</summary>
    public required string IntentId { get; init; }

    public required string Url { get; init; }

    public required string SuccessUrl { get; init; }

    public required string CancelUrl { get; init; }

    public string? ClientReferenceId { get; init; }

    public string? CustomerEmail { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string Currency { get; init; }

    public required long AmountTotal { get; init; }

    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    public string PaymentStatus { get; set; } = "unpaid";

    /// <summary><c>open</c>, <c>complete</c> or <c>expired</c>; only an open one can be paid or expired.</summary>
    public string Status { get; private set; } = "open";

    /// <returns>False when it was no longer open; then its status does not change.</returns>
    public bool TryLeave(string status)
    {
        lock (_gate)
        {
            var wasOpen = Status == "open";
            Status = wasOpen ? status : Status;
            return wasOpen;
        }
    }

    public object ToObject(bool showIntent) => new
    {
        id = Id,
        @object = "checkout.session",
        livemode = false,
        mode = "payment",
        ui_mode = "hosted_page",
        success_url = SuccessUrl,
        cancel_url = CancelUrl,
        client_reference_id = ClientReferenceId,
        customer_email = CustomerEmail,
        created = CreatedAt.ToUnixTimeSeconds(),
        expires_at = CreatedAt.AddHours(24).ToUnixTimeSeconds(),
        automatic_tax = new { enabled = false },
        payment_method_types = new[] { "card" },
        amount_subtotal = AmountTotal,
        status = Status,
        url = Status == "open" ? Url : null,
        amount_total = AmountTotal,
        currency = Currency,
        payment_intent = showIntent && AmountTotal > 0 ? IntentId : null,
        payment_status = PaymentStatus,
        metadata = Metadata,
    };
}
