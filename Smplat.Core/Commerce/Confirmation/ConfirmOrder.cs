using Smplat.Core.Commerce.Providers;
using Smplat.Core.Input;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>A shopper's yes to a decision.</summary>
/// <param name="IdempotencyKey">The caller's own key; null means that the token is the key.</param>
public sealed record ConfirmOrder(
    string Token, string UserId, PaymentMethod? Payment, string? IdempotencyKey, string? KrogerAccessToken)
{
    private static readonly string[] PaymentTypes = ["card", "paypal", "apple_pay", "google_pay"];

    public static ConfirmOrder Read(Fields fields, string? idempotencyKey)
    {
        var token = fields.RequiredText("confirmationToken", 1, 500, also: "confirmation_token");
        var userId = fields.RequiredText("userId", 1, 128, also: "user_id");
        if (idempotencyKey is { Length: 0 or > 64 })
        {
            fields.Error("Idempotency-Key", "1 to 64 characters are expected.");
        }

        return new ConfirmOrder(
            token,
            userId,
            ReadPayment(fields.Nested("paymentMethod", also: "payment_method")),
            idempotencyKey,
            fields.Nested("userContext", also: "user_context")?.Text("krogerAccessToken", 1, 4096, also: "kroger_access_token"));
    }

    private static PaymentMethod? ReadPayment(Fields? fields) =>
        fields is null ? null : new PaymentMethod(fields.RequiredLabel("type", PaymentTypes), fields.RequiredText("token", 1, 500));
}
