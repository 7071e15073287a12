namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>Addresses of the vendor's checkout pages.</summary>
internal static class MealMeLinks
{
    public static string Checkout(MealMeOptions options, string cartId, bool useConnect) =>
        $"{options.SdkBase.ToString().TrimEnd('/')}/checkout?api={Uri.EscapeDataString(options.PartnerName)}"
        + $"&cartId={Uri.EscapeDataString(cartId)}{(useConnect ? "&useMealmeConnect=true" : "")}";
}
