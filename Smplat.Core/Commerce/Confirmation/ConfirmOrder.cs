using System.Text.Json.Serialization;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>A shopper's confirmation of a decision.</summary>
/// <param name="IdempotencyKey">The caller's own key; null when the token is the key.</param>
public sealed record ConfirmOrder(
    string Token, string UserId, PaymentMethod? Payment, string? IdempotencyKey, string? KrogerAccessToken, ShopperContact? Contact)
{
    /// <summary>Characters of the caller's own key.</summary>
    public const int MaxIdempotencyKey = 64;

    private static readonly string[] PaymentTypes = ["card", "paypal", "apple_pay", "google_pay"];

    public static ConfirmOrder Read(Fields fields, string? idempotencyKey)
    {
        var token = fields.RequiredText("confirmationToken", 1, 500, also: "confirmation_token");
        var userId = fields.RequiredText("userId", 1, 128, also: "user_id");
        if (idempotencyKey is { Length: 0 or > MaxIdempotencyKey })
        {
            fields.Error("Idempotency-Key", $"1 to {MaxIdempotencyKey} characters are expected.");
        }

        return new ConfirmOrder(
            token,
            userId,
            ReadPayment(fields.Nested("paymentMethod", also: "payment_method")),
            idempotencyKey,
            fields.Nested("userContext", also: "user_context")?.Text(
                "krogerAccessToken", 1, 4096, also: "kroger_access_token", isFilled: true),
            ReadContact(fields.Nested("customer", also: "contact")));
    }

    private static ShopperContact? ReadContact(Fields? fields)
    {
        if (fields is null)
        {
            return null;
        }

        var email = fields.Text("email", 3, 254);
        fields.Describe("email", format: "email");
        if (email is not null && !IsAddress(email))
        {
            fields.Error("email", "An e-mail address is expected.");
        }

        var phone = fields.Text("phone", 7, 32, also: "phone_number");
        fields.Describe("phone", "10 to 15 digits; ten digits are read as a number in the United States or Canada");
        var digits = phone is null ? null : PhoneDigits(phone);
        if (phone is not null && digits is null)
        {
            fields.Error("phone", "A phone number of 10 to 15 digits is expected.");
        }

        return new ShopperContact(fields.Text("name", 1, 100, isFilled: true), email, digits);
    }

    private static bool IsAddress(string email) =>
        email.IndexOf('@') is > 0 and var at && at < email.Length - 1 && !email.Any(char.IsWhiteSpace);

    /// <summary>A number of ten digits is read as one in the United States or Canada.</summary>
    private static string? PhoneDigits(string phone)
    {
        var digits = string.Concat(phone.Where(char.IsAsciiDigit));
        return phone.All(letter => char.IsAsciiDigit(letter) || letter is '+' or '-' or ' ' or '(' or ')' or '.')
            && digits.Length is >= 10 and <= 15
                ? digits.Length == 10 ? "1" + digits : digits
                : null;
    }

    private static PaymentMethod? ReadPayment(Fields? fields) =>
        fields is null ? null : new PaymentMethod(fields.RequiredLabel("type", PaymentTypes), fields.RequiredText("token", 1, 500, isFilled: true));
}

/// <summary>The answer to a confirmation. Stored with the session, so that a repeated call gets the same answer.</summary>
public sealed record ConfirmAnswer
{
    public required bool Success { get; init; }

    public string? OrderId { get; init; }

    public IReadOnlyList<string>? OrderIds { get; init; }

    public IReadOnlyList<string>? TrackingUrls { get; init; }

    public DateTimeOffset? EstimatedDelivery { get; init; }

    public ProviderId? Provider { get; init; }

    public ProviderId? ProviderId => Provider;

    /// <summary>The first provider, when the alternative took the order.</summary>
    public ProviderId? FailoverFrom { get; init; }

    public bool FailoverAttempted { get; init; }

    public required string Message { get; init; }

    public string? Error { get; init; }

    /// <summary><c>placed</c> when the provider has the order, <c>handoff</c> when the shopper continues at its checkout.</summary>
    public ConfirmMode? Mode { get; init; }

    public string? CheckoutUrl { get; init; }

    /// <summary>True when prices, order and links of the order, or of a part of it, are invented; a warning says of which.</summary>
    public bool? Mock { get; init; }

    public IReadOnlyList<string>? Warnings { get; init; }

    /// <summary>The parts of a split order, each with its status.</summary>
    public IReadOnlyList<ConfirmedPart>? Orders { get; init; }

    /// <summary>For PRICE_CHANGED: what the basket costs now. Confirming again with the same token accepts it.</summary>
    public QuoteTotals? Quote { get; init; }

    /// <summary>For PRICE_CHANGED: what it cost before.</summary>
    public long? PreviousTotalCents { get; init; }

    public static ConfirmAnswer Refused(string code, string message) =>
        new() { Success = false, Error = code, Message = message };
}

/// <summary>The status of one part of a split order.</summary>
/// <param name="Status"><c>placed</c>, <c>handed_off</c>, <c>failed</c>, <c>checking</c> or <c>not_ordered</c>.</param>
/// <param name="Items">Ids of its items, as the caller named them.</param>
public sealed record ConfirmedPart(ProviderId Provider, string Status, IReadOnlyList<string> Items, long TotalCents)
{
    public ProviderId ProviderId => Provider;

    public string? OrderId { get; init; }

    /// <summary>Where the shopper continues, for a part that is handed over. Each such part has its own link.</summary>
    public string? CheckoutUrl { get; init; }

    public string? TrackingUrl { get; init; }

    public DateTimeOffset? EstimatedDelivery { get; init; }

    /// <summary>True when the part is invented, so that nothing is ordered there.</summary>
    public bool? Mock { get; init; }

    public string? Error { get; init; }
}

/// <summary>Permanent codes in the answers to confirm and cancel; the HTTP status is 200.</summary>
internal static class ConfirmCodes
{
    public const string OrderFailed = "ORDER_FAILED";

    /// <summary>Some parts of a split order are confirmed, and the answer lists them; the others were not ordered.</summary>
    public const string PartiallyConfirmed = "PARTIALLY_CONFIRMED";

    public const string TokenNotFound = "TOKEN_NOT_FOUND";
    public const string TokenExpired = "TOKEN_EXPIRED";
    public const string TokenAlreadyUsed = "TOKEN_ALREADY_USED";
    public const string TokenCancelled = "TOKEN_CANCELLED";
    public const string UserMismatch = "USER_MISMATCH";
    public const string PriceChanged = "PRICE_CHANGED";
    public const string InProgress = "CONFIRMATION_IN_PROGRESS";
    public const string AlreadyConfirmed = "ALREADY_CONFIRMED";
    public const string KeyReused = "IDEMPOTENCY_KEY_REUSED";
}

/// <summary>JSON of the answers to confirm and cancel; see <see cref="CommerceJson"/>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(ConfirmAnswer))]
[JsonSerializable(typeof(CancelAnswer))]
public sealed partial class ConfirmationJson : JsonSerializerContext;
