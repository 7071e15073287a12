using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Smplat.Cli.Commands;

/// <summary>
/// <c>smplat trigger</c>: a signed sample webhook for the app on this machine, so that its effects can be seen without an
/// account at the vendor. It refuses any other machine: a signed event is money there.
/// </summary>
public sealed class TriggerCommands : ICommandModule
{
    private const string StripeSecret = "STRIPE_WEBHOOK_SECRET";
    private const string MealMeSecret = "MEALME_WEBHOOK_SECRET";

    private static readonly string[] StripeEvents =
    [
        "checkout.session.completed", "checkout.session.expired", "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed", "payment_intent.succeeded", "payment_intent.processing",
        "payment_intent.payment_failed", "payment_intent.canceled", "charge.refunded",
    ];

    private static readonly string[] MealMeEvents = ["mealme.awaiting_confirmation", "mealme.in_progress", "mealme.completed", "mealme.cancelled"];

    private static readonly Argument<string> Event = new("event")
    {
        Description = $"The event: {string.Join(", ", StripeEvents)}, {string.Join(", ", MealMeEvents)}.",
    };

    private static readonly Option<Guid?> Payment = new("--payment")
    {
        Description = "Of Stripe's events: id of the payment in the app. Default: a payment that the app does not know, whose event waits for it.",
    };

    private static readonly Option<string?> Order = new("--order") { Description = "Of MealMe's events: id of the order at MealMe. Default: a new one." };

    private static readonly Option<long?> Amount = new("--amount") { Description = "In minor units, such as 4990 for 49.90. Default: the payment's amount, else 2000." };

    private static readonly Option<string?> Secret = new("--secret")
    {
        Description = $"Secret to sign with. Default: {StripeSecret} or {MealMeSecret}, from the environment or the app running from this checkout.",
    };

    public void AddTo(RootCommand root)
    {
        Event.CompletionSources.Add([.. StripeEvents, .. MealMeEvents]);
        var trigger = new CliCommand(
            "trigger",
            "Send a signed sample webhook to the app on this machine.",
            "smplat trigger checkout.session.completed",
            "smplat trigger payment_intent.succeeded --payment 0198f000-0000-7000-8000-000000000011",
            "smplat trigger mealme.in_progress --order ord_000001")
        { Event, Payment, Order, Amount, Secret, ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout };
        trigger.SetWork(TriggerAsync);
        root.Subcommands.Add(trigger);
    }

    private static async Task<int> TriggerAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var name = parsed.GetValue(Event)!;
        using var api = ApiOptions.Connect(parsed);
        if (!api.Origin.IsLoopback)
        {
            throw new UsageException($"{api.Origin.Host} is not this machine; sample webhooks are only sent to an app on this machine.");
        }

        var isStripe = StripeEvents.Contains(name);
        if (!isStripe && !MealMeEvents.Contains(name))
        {
            throw new UsageException($"There is no event \"{name}\"; choose one of {string.Join(", ", StripeEvents.Concat(MealMeEvents))}.");
        }

        if (parsed.GetValue(Amount) is < 0 or > 99_999_999)
        {
            throw new UsageException("--amount must be 0 to 99999999.");
        }

        var secret = SecretOf(parsed, isStripe ? StripeSecret : MealMeSecret);
        var (path, body, request) = isStripe
            ? await StripeAsync(parsed, api, name, secret, cancellationToken)
            : MealMe(parsed, name, secret);
        var answer = await api.SendAsync(request, cancellationToken);
        var content = answer.Length == 0 ? default : JsonDocument.Parse(answer).RootElement;
        return parsed.Show(new { @event = name, path, body, answer = content }, $"{name} was delivered to {path}: {Meaning(content)}");
    }

    /// <exception cref="UsageException">None is known.</exception>
    private static string SecretOf(ParseResult parsed, string setting)
    {
        var given = parsed.GetValue(Secret) ?? CliConfiguration.Build(null)[setting];
        return string.IsNullOrWhiteSpace(given)
            ? throw new UsageException($"The secret to sign with is unknown: start the app from this checkout, set {setting} as in the app, or pass --secret.")
            : given;
    }

    private static async Task<(string Path, JsonElement Body, HttpRequestMessage Request)> StripeAsync(
        ParseResult parsed, ApiClient api, string type, string secret, CancellationToken cancellationToken)
    {
        var now = TimeProvider.System.GetUtcNow();
        var payment = parsed.GetValue(Payment) is { } id
            ? await api.GetAsync($"/api/v1/payments/status/{id}", cancellationToken)
            : (JsonElement?)null;
        var amount = parsed.GetValue(Amount) ?? (payment is { } known ? (long)(known.GetProperty("amount").GetDecimal() * 100) : 2_000);
        var currency = (payment?.Text("currency") ?? "EUR").ToLowerInvariant();
        var unique = Guid.NewGuid().ToString("N");
        var reference = payment?.Text("provider_reference") is { Length: > 0 } text ? text : null;
        var metadata = payment is { } one ? new Dictionary<string, string> { ["payment_id"] = one.Text("payment_id") } : [];
        object subject = type.StartsWith("checkout.session.", StringComparison.Ordinal)
            ? new
            {
                id = reference is not null && reference.StartsWith("cs_", StringComparison.Ordinal) ? reference : $"cs_test_{unique}",
                @object = "checkout.session",
                amount_total = amount,
                currency,
                payment_status = type == "checkout.session.completed" ? "paid" : "unpaid",
                status = type == "checkout.session.expired" ? "expired" : "complete",
                metadata,
            }
            : type.StartsWith("charge.", StringComparison.Ordinal)
                ? new { id = $"ch_{unique}", @object = "charge", amount, amount_refunded = amount, currency, refunded = true, payment_intent = $"pi_{unique}", metadata }
                : new
                {
                    id = $"pi_{unique}",
                    @object = "payment_intent",
                    amount,
                    amount_received = type == "payment_intent.succeeded" ? amount : 0,
                    currency,
                    metadata,
                    last_payment_error = type == "payment_intent.payment_failed" ? new { message = "Your card was declined." } : null,
                };
        var body = JsonSerializer.SerializeToElement(new
        {
            id = $"evt_{unique}",
            @object = "event",
            created = now.ToUnixTimeSeconds(),
            livemode = false,
            type,
            data = new { @object = subject },
        });
        var time = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var request = Post("/api/v1/payments/webhooks/stripe", body);
        request.Headers.Add("Stripe-Signature", $"t={time},v1={Sign(secret, $"{time}.{body.GetRawText()}")}");
        return ("/api/v1/payments/webhooks/stripe", body, request);
    }

    private static (string Path, JsonElement Body, HttpRequestMessage Request) MealMe(ParseResult parsed, string name, string secret)
    {
        var total = parsed.GetValue(Amount) ?? 2_000;
        var body = JsonSerializer.SerializeToElement(new
        {
            orderId = parsed.GetValue(Order) ?? $"ord_{Guid.NewGuid():N}",
            status = name["mealme.".Length..],
            totals = new { subtotal = total, fees = 0, tip = 0, total },
        });
        var request = Post("/functions/v1/mealme_webhook", body);
        request.Headers.Add("x-mealme-signature", Sign(secret, body.GetRawText()));
        return ("/functions/v1/mealme_webhook", body, request);
    }

    private static HttpRequestMessage Post(string path, JsonElement body) => new(HttpMethod.Post, path)
    {
        Content = new StringContent(body.GetRawText(), Encoding.UTF8, "application/json"),
    };

    private static string Sign(string secret, string text) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(text)));

    private static string Meaning(JsonElement answer) =>
        answer.Text("message") is { Length: > 0 } message ? $"{message.TrimEnd('.')}."
        : "accepted.";
}
