namespace Smplat.Core.Commerce.Providers.Kroger;

/// <summary>Pages to which shoppers are handed over, and the cart body that fills them.</summary>
internal static class KrogerLinks
{
    private const string Affiliate = "affId=LOOPGPT";

    public static string Cart(string? storeId) => storeId is null
        ? $"https://www.kroger.com/cart?{Affiliate}"
        : $"https://www.kroger.com/cart?storeId={Uri.EscapeDataString(storeId)}&{Affiliate}";

    /// <summary>A search for the first item, for shoppers whose account is not linked.</summary>
    public static string Search(IReadOnlyList<CartLine> lines) =>
        $"https://www.kroger.com/search?query={Uri.EscapeDataString(lines.Count > 0 ? lines[0].Name : "")}&{Affiliate}";

    public static KrogerCart ToCart(IReadOnlyList<CartLine> lines) => new(
    [
        .. lines.Where(line => line.VendorReference is not null)
            .Select(line => new KrogerCartItem(line.VendorReference!, line.Packs ?? 1, "DELIVERY")),
    ]);
}
