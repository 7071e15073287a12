using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>A shopper's yes to a decision.</summary>
/// <param name="IdempotencyKey">The caller's own key; null means that the token is the key.</param>
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
        fields.Describe("phone", "10 to 15 digits; ten are taken for a number of the United States or Canada");
        var digits = phone is null ? null : PhoneDigits(phone);
        if (phone is not null && digits is null)
        {
            fields.Error("phone", "A phone number of 10 to 15 digits is expected.");
        }

        return new ShopperContact(fields.Text("name", 1, 100, isFilled: true), email, digits);
    }

    private static bool IsAddress(string email) =>
        email.IndexOf('@') is > 0 and var at && at < email.Length - 1 && !email.Any(char.IsWhiteSpace);

    /// <summary>A number of ten digits is taken as one of the United States and Canada.</summary>
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
