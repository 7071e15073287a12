using Smplat.Core.Platform.Input;

namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>Asks for the vendor's checkout page of a cart.</summary>
public sealed record GetCheckoutUrl(string CartId, bool UseConnect)
{
    public static GetCheckoutUrl Read(Fields fields) => new(
        fields.RequiredText("cartId", max: 200, also: "cart_id", isFilled: true), fields.Flag("useConnect", also: "use_connect") ?? true);
}
