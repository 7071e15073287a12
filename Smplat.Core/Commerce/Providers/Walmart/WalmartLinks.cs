namespace Smplat.Core.Commerce.Providers.Walmart;

/// <summary>The affiliate link that fills the shopper's cart.</summary>
internal static class WalmartLinks
{
    /// <summary>Items with their packs; the shopper's store does not carry over, so another price may be shown there.</summary>
    public static string AddToCart(IReadOnlyList<CartLine> lines, string? publisherId)
    {
        var items = string.Join(',', lines.Where(line => line.ProviderSku is not null)
            .Select(line => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{line.ProviderSku}|{line.Packs ?? 1}")));
        return $"https://affil.walmart.com/cart/addToCart?items={Uri.EscapeDataString(items)}&affcamid=LOOPGPT"
            + (publisherId is { Length: > 0 } ? "&publisherId=" + Uri.EscapeDataString(publisherId) : "");
    }
}
