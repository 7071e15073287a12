using Smplat.Core.Input;

namespace Smplat.Core.Orders.Status;

/// <param name="Actor">Who decides; goes into the order's history.</param>
public sealed record ChangeOrderStatus(string Status, string Actor, string Reason)
{
    private static readonly string[] ByHand =
        [OrderStatus.Processing, OrderStatus.Active, OrderStatus.OnHold, OrderStatus.Canceled];

    public static ChangeOrderStatus Read(Fields fields) => new(
        fields.RequiredLabel("status", ByHand),
        fields.RequiredText("actor", max: 200),
        fields.RequiredText("reason", max: 1000));
}
