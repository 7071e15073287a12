using Smplat.Core.Platform.Input;

namespace Smplat.Core.Payments;

/// <summary>A request for a page on which an order can be paid.</summary>
/// <param name="RequestKey">The caller's key: asking again with it gives the same session.</param>
public sealed record StartCheckout(
    Guid OrderId, string SuccessUrl, string CancelUrl, string? CustomerEmail, string? RequestKey = null)
{
    public static StartCheckout Read(Fields fields) => new(
        fields.RequiredGuid("order_id"),
        fields.RequiredText("success_url", max: 2048),
        fields.RequiredText("cancel_url", max: 2048),
        fields.Text("customer_email", 0, 320));
}
