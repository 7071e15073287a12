using Smplat.Core.Platform.Input;

namespace Smplat.Core.Orders;

/// <param name="Status">A status, or <see cref="Resumed"/>.</param>
/// <param name="Actor">Who decides; goes into the order's history.</param>
public sealed record ChangeOrderStatus(string Status, string Actor, string Reason)
{
    /// <summary>Lets an order on hold go on where it was, whoever holds it. Work itself is begun by payment or kick-off only.</summary>
    public const string Resumed = "resumed";

    private static readonly string[] ByHand = [OrderStatus.OnHold, Resumed, OrderStatus.Canceled];

    public static ChangeOrderStatus Read(Fields fields) => new(
        fields.RequiredLabel("status", ByHand),
        fields.RequiredText("actor", max: 200),
        fields.RequiredText("reason", max: 1000));
}
