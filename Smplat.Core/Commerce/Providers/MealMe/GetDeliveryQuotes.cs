using Smplat.Core.Platform.Input;

namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>Asks what it costs and how long it takes to have a cart delivered.</summary>
/// <param name="OrderId">Our order to which the quotes are kept; null keeps none.</param>
/// <param name="Address">Needed where the vendor quotes a delivery only with an address.</param>
public sealed record GetDeliveryQuotes(string CartId, Guid? OrderId, DeliveryAddress? Address)
{
    public static GetDeliveryQuotes Read(Fields fields)
    {
        _ = DeliveryFields.Kind(fields);
        return new GetDeliveryQuotes(
            fields.RequiredText("cartId", max: 200, also: "cart_id", isFilled: true), fields.Guid("order_id", also: "orderId"), DeliveryFields.Address(fields));
    }
}
