using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using Smplat.Core.Platform.Input;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>
/// Takes the vendor's events about orders: only signed ones, each once, and an order never goes back to an earlier state.
/// </summary>
public sealed class MealMeWebhook(MealMeOrderStore store, IOptionsMonitor<MealMeOptions> options, TimeProvider clock)
{
    private const int TrimBatch = 5_000;

    public async Task<MealMeWebhookOutcome> TakeAsync(
        ReadOnlyMemory<byte> body, string? signature, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        if (string.IsNullOrWhiteSpace(settings.WebhookSecret))
        {
            return new MealMeWebhookOutcome.NotConfigured();
        }

        if (!MealMeWebhookSignature.Holds(body.Span, signature, settings.WebhookSecret))
        {
            return new MealMeWebhookOutcome.NotTrusted("The signature is missing or wrong.");
        }

        if (MealMeEventReader.Read(body) is not { } received)
        {
            return new MealMeWebhookOutcome.Unreadable();
        }

        var tolerance = TimeSpan.FromSeconds(settings.WebhookToleranceSeconds);
        return received.At is { } at && (clock.GetUtcNow() - at).Duration() > tolerance
            ? new MealMeWebhookOutcome.NotTrusted("The event is too old, or from the future.")
            : await StoreAsync(received, cancellationToken);
    }

    /// <summary>Deletes events that are past their retention, in batches, so that no statement holds its locks for long.</summary>
    public async Task<int> TrimAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var before = now.AddDays(-options.CurrentValue.WebhookRetentionDays);
        var (sum, count) = (0, TrimBatch);
        while (count == TrimBatch)
        {
            count = await store.TrimEventsAsync(before, TrimBatch, cancellationToken);
            sum += count;
        }

        return sum;
    }

    /// <summary>Deletes carts and orders that were only ever quoted.</summary>
    public async Task<int> TrimQuotedAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var before = now.AddDays(-options.CurrentValue.QuoteRetentionDays);
        var (sum, count) = (0, TrimBatch);
        while (count == TrimBatch)
        {
            count = await store.TrimQuotedAsync(before, TrimBatch, cancellationToken);
            sum += count;
        }

        return sum;
    }

    /// <summary>JSON may hold what the database's JSON type cannot, such as NUL; that is the sender's fault.</summary>
    private async Task<MealMeWebhookOutcome> StoreAsync(MealMeEvent received, CancellationToken cancellationToken)
    {
        try
        {
            return new MealMeWebhookOutcome.Taken(await store.AddEventAsync(received, cancellationToken));
        }
        catch (PostgresException refused) when (refused.SqlState
            is PostgresErrorCodes.UntranslatableCharacter or PostgresErrorCodes.InvalidTextRepresentation
                or PostgresErrorCodes.NumericValueOutOfRange)
        {
            return new MealMeWebhookOutcome.Unreadable();
        }
    }
}

public abstract record MealMeWebhookOutcome
{
    private MealMeWebhookOutcome()
    {
    }

    public sealed record Taken(MealMeWebhookEffect Effect) : MealMeWebhookOutcome;

    /// <summary>No secret is set, so nothing can be verified.</summary>
    public sealed record NotConfigured : MealMeWebhookOutcome;

    /// <summary>The signature is missing or wrong, or the event is too old to be accepted.</summary>
    public sealed record NotTrusted(string Reason) : MealMeWebhookOutcome;

    public sealed record Unreadable : MealMeWebhookOutcome;
}

/// <summary>What an accepted webhook changed.</summary>
public enum MealMeWebhookEffect
{
    Applied,

    /// <summary>Stored, but it is about nothing that we track.</summary>
    Noted,

    /// <summary>Stored, but a newer event had already been applied.</summary>
    Outdated,

    /// <summary>The same event had been received before.</summary>
    Repeated,
}

/// <summary>HMAC-SHA256 over the raw bytes of the body, compared in constant time.</summary>
internal static class MealMeWebhookSignature
{
    private const string Prefix = "sha256=";

    /// <param name="signature">Hex digits or Base64, with or without <c>sha256=</c> before them.</param>
    public static bool Holds(ReadOnlySpan<byte> body, string? signature, string secret)
    {
        if (string.IsNullOrWhiteSpace(signature))
        {
            return false;
        }

        var text = signature.Trim();
        text = text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? text[Prefix.Length..] : text;
        return HmacSigner.TryReadTag(text, out var tag) && new HmacSigner([Encoding.UTF8.GetBytes(secret)]).Verify(body, tag);
    }
}

/// <summary>What a webhook says about an order, mapped to our terms. Amounts are cents.</summary>
/// <param name="DedupeKey">The same for every delivery of the same event.</param>
/// <param name="Status">One of our labels; null when the event says nothing about the order's state.</param>
/// <param name="At">The vendor's time of the event; null when it gives none.</param>
public sealed record MealMeEvent(
    string DedupeKey,
    string? OrderId,
    string Type,
    string? Status,
    DateTimeOffset? At,
    MealMeTotals? Totals,
    IReadOnlyList<MealMeEventItem>? Items,
    string Raw);

public sealed record MealMeTotals(long? SubtotalCents, long? FeesCents, long? TipCents, long? TotalCents);

public sealed record MealMeEventItem(string? Sku, string Name, decimal Quantity, long? PriceCents);

/// <summary>
/// Reads the webhooks of both dialects: the older flat one, and the newer envelope with an id, a type and a time. Whole
/// numbers are cents; where an event holds a fraction anywhere, its amounts are dollars.
/// </summary>
public static class MealMeEventReader
{
    private const int MaxItems = 500;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    private static readonly InputShape ItemList = InputShape.ListOf(
        InputShape.ObjectOf(
            "MealMeWebhookItem",
            Known("name", InputShape.Text(), "product_name"),
            Known("sku", InputShape.Text(), "product_id"),
            Known("quantity", InputShape.Number()),
            Known("price", InputShape.Number())),
        0,
        null);

    private static readonly InputShape MomentShape = InputShape.AnyOf(InputShape.Integer(), InputShape.Text());

    /// <summary>
    /// What <see cref="Read"/> uses of both dialects; all of it may be missing, since an event that we do not understand
    /// is stored nevertheless.
    /// </summary>
    public static InputShape Shape { get; } = InputShape.AnyOf(
        InputShape.ObjectOf(
            "MealMeWebhookEvent",
            Known("id", InputShape.Text()),
            Known("type", InputShape.Text()),
            Known("created", MomentShape),
            new("data", InputShape.ObjectOf(
                "MealMeWebhookData",
                Known("id", InputShape.Text()),
                Known("total", InputShape.Number()),
                Known("items", ItemList)))
            {
                IsRequired = true,
                IsNullable = false,
            }),
        InputShape.ObjectOf(
            "MealMeWebhookUpdate",
            Known("eventId", InputShape.Text(), "event_id"),
            Known("orderId", InputShape.Text(), "order_id"),
            Known("event", InputShape.Text(), "type"),
            Known("status", InputShape.Text()),
            Known("timestamp", MomentShape, "created", "updated_at"),
            Known("totals", InputShape.ObjectOf(
                "MealMeWebhookTotals",
                Known("subtotal", InputShape.Number()),
                Known("fees", InputShape.Number()),
                Known("tip", InputShape.Number()),
                Known("total", InputShape.Number()))),
            Known("items", ItemList)));

    /// <returns>Null when the body is no JSON object.</returns>
    public static MealMeEvent? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Strict);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            return root.Field("data") is { ValueKind: JsonValueKind.Object } data
                ? ReadEnvelope(root, data, body)
                : ReadFlat(root, body);
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            // The second is what a text with half a surrogate pair throws.
            return null;
        }
    }

    private static InputMember Known(string name, InputShape shape, params string[] also) =>
        new(name, shape) { Also = also, IsLenient = true };

    private static MealMeEvent ReadEnvelope(JsonElement root, JsonElement data, ReadOnlyMemory<byte> body)
    {
        var type = root.Field("type")?.Text() ?? "unknown";
        var isOrder = type.StartsWith("order.", StringComparison.Ordinal);
        var scale = ScaleOf(data);
        return new MealMeEvent(
            root.Field("id")?.Text() is { Length: > 0 and <= 200 } id ? "id:" + id : HashOf(body),
            isOrder ? Short(data.Field("id")?.Text()) : null,
            Short(type)!,
            isOrder ? StatusOfType(type) : null,
            Moment(root.Field("created")),
            isOrder && data.Field("total")?.Number() is { } total ? new MealMeTotals(null, null, null, Cents(total, scale)) : null,
            isOrder ? Items(data, scale) : null,
            Encoding.UTF8.GetString(body.Span));
    }

    private static MealMeEvent ReadFlat(JsonElement root, ReadOnlyMemory<byte> body)
    {
        var scale = ScaleOf(root);
        var status = root.Field("status")?.Text();
        return new MealMeEvent(
            root.Field("eventId", "event_id")?.Text() is { Length: > 0 and <= 200 } id ? "id:" + id : HashOf(body),
            Short(root.Field("orderId", "order_id")?.Text()),
            Short(root.Field("event", "type")?.Text()) ?? "order_update",
            MealMeOrderStatus.Parse(status),
            Moment(root.Field("created", "timestamp", "updated_at")),
            root.Field("totals") is { ValueKind: JsonValueKind.Object } totals
                ? new MealMeTotals(
                    Amount(totals, "subtotal", scale), Amount(totals, "fees", scale), Amount(totals, "tip", scale), Amount(totals, "total", scale))
                : null,
            Items(root, scale),
            Encoding.UTF8.GetString(body.Span));
    }

    private static string? StatusOfType(string type) => type switch
    {
        "order.created" => "unplaced",
        "order.confirmed" or "order.ready" => "in_progress",
        "order.completed" => "completed",
        "order.cancelled" or "order.canceled" => "canceled",
        "order.failed" => "failed",
        _ => null,
    };

    private static List<MealMeEventItem>? Items(JsonElement parent, int scale)
    {
        if (parent.Field("items") is not { ValueKind: JsonValueKind.Array } list || list.GetArrayLength() is 0 or > MaxItems)
        {
            return null;
        }

        var items = new List<MealMeEventItem>();
        foreach (var entry in list.EnumerateArray())
        {
            var quantity = entry.Field("quantity")?.Number() ?? 1;
            if (entry.Field("name", "product_name")?.Text() is { Length: > 0 } name && quantity is > 0 and < 1_000_000)
            {
                items.Add(new MealMeEventItem(
                    Short(entry.Field("sku", "product_id")?.Text()), Short(name)!, Math.Round(quantity, 3), Amount(entry, "price", scale)));
            }
        }

        return items.Count > 0 ? items : null;
    }

    /// <summary>Unix seconds or milliseconds, or ISO 8601.</summary>
    private static DateTimeOffset? Moment(JsonElement? value)
    {
        if (value?.WholeNumber() is >= 0 and <= 100_000_000_000_000 and var number)
        {
            return number > 100_000_000_000
                ? DateTimeOffset.FromUnixTimeMilliseconds(number)
                : DateTimeOffset.FromUnixTimeSeconds(number);
        }

        return value?.Text() is { } text && DateTimeOffset.TryParse(
            text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var moment)
            ? moment.ToUniversalTime()
            : null;
    }

    private static int ScaleOf(JsonElement element) => HasFraction(element) ? 100 : 1;

    private static bool HasFraction(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().Any(member => member.Name is not ("quantity" or "latitude" or "longitude") && HasFraction(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().Any(HasFraction),
        JsonValueKind.Number => element.GetRawText().Contains('.', StringComparison.Ordinal),
        _ => false,
    };

    private static long? Amount(JsonElement parent, string name, int scale) =>
        parent.Field(name)?.Number() is { } amount ? Cents(amount, scale) : null;

    private static long? Cents(decimal amount, int scale) =>
        amount is >= 0 and <= 10_000_000 ? Providers.Cents.Round(amount * scale) : null;

    private static string? Short(string? text) => text is null or { Length: 0 } ? null : SafeText.Cut(text, 200);

    private static string HashOf(ReadOnlyMemory<byte> body) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(body.Span));
}

/// <summary>Maps the vendor's words for the state of an order to our labels.</summary>
internal static class MealMeOrderStatus
{
    /// <summary>Null for an unknown word: the event is stored, and the order stays as it is.</summary>
    public static string? Parse(string? status) => status?.Trim().ToLowerInvariant() switch
    {
        "unplaced" or "pending" => "unplaced",
        "awaiting_confirmation" or "submitted" or "placed" => "awaiting_confirmation",
        "in_progress" or "confirmed" or "ready" or "preparing" or "picked_up" or "out_for_delivery" => "in_progress",
        "completed" or "delivered" => "completed",
        "canceled" or "cancelled" => "canceled",
        "failed" => "failed",
        _ => null,
    };

    /// <summary>An unknown word proves neither this nor <see cref="IsDead"/>.</summary>
    public static bool IsPlaced(string? status) => Parse(status) is "awaiting_confirmation" or "in_progress" or "completed";

    public static bool IsDead(string? status) => Parse(status) is "canceled" or "failed";
}
