using Smplat.Core.Platform.Input;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>A shopper's no, by the token of the decision or by the id of the order.</summary>
public sealed record CancelOrder(string? Token, string? OrderId, string UserId, string? Reason)
{
    public static CancelOrder Read(Fields fields)
    {
        var token = fields.Text("confirmationToken", 1, 500, also: "confirmation_token");
        var orderId = fields.Text("orderId", 1, 128, also: "order_id");
        var userId = fields.RequiredText("userId", 1, 128, also: "user_id");
        var reason = fields.Text("reason", 0, 500);
        fields.Describe("orderId", "Instead of the token, once the order is confirmed");
        fields.RequireAny(token is not null || orderId is not null, "A confirmation token is required.", "confirmationToken", "orderId");

        return new CancelOrder(token, orderId, userId, reason);
    }
}
