namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// How well a product answers a request, in thousandths. Whole numbers, so that the pick is the same on every machine and
/// whatever the order in which the vendor lists its products.
/// </summary>
internal static class Relevance
{
    /// <summary>From here on the product is what was asked for.</summary>
    public const int Found = 750;

    /// <summary>From here on it is an acceptable substitute; below it the item counts as unavailable.</summary>
    public const int Acceptable = 500;

    private const int MissingWord = 550;
    private const int MissingKind = 350;
    private const int MissingNeutral = 250;
    private const int OtherThing = 450;
    private const int ExtraWord = 120;
    private const int ExtraChanger = 400;
    private const int ExtraKind = 80;
    private const int OtherPreparation = 100;
    private const int BrandAgrees = 60;
    private const int BrandDiffers = 150;
    private const int CategoryAgrees = 30;
    private const int SizeAgrees = 30;

    public static int Of(RequestedItem item, VendorProduct product) => Of(item, ProductName.Parse(item.Name), product);

    /// <param name="wanted">The item's name, taken apart once for all candidates.</param>
    public static int Of(RequestedItem item, ProductName wanted, VendorProduct product)
    {
        var name = ProductName.Parse(product.Name);
        var brand = product.Brand is { } maker ? ProductName.Parse(maker).Words : [];
        var score = 1000;
        foreach (var word in wanted.Words)
        {
            if (!name.Words.Contains(word) && !brand.Contains(word))
            {
                score -= GroceryWords.Neutral.Contains(word) ? MissingNeutral
                    : GroceryWords.Kinds.Contains(word) ? MissingKind
                    : MissingWord;
            }
        }

        var own = name.Words.Where(word => !brand.Contains(word) || wanted.Words.Contains(word)).ToArray();
        foreach (var extra in own.Where(word => !wanted.Words.Contains(word)))
        {
            score -= GroceryWords.Neutral.Contains(extra) || GroceryWords.Forms.Contains(extra) ? 0
                : GroceryWords.Kinds.Contains(extra) ? ExtraKind
                : GroceryWords.Changers.Contains(extra) ? ExtraChanger
                : ExtraWord;
        }

        if (Head(own) is { } head && !wanted.Words.Contains(head))
        {
            score -= OtherThing;
        }

        score -= OtherPreparation * GroceryWords.Preparations.Count(
            word => wanted.Descriptors.Contains(word) != name.Descriptors.Contains(word));
        return score + Wishes(item, product);
    }

    private static string? Head(string[] words) =>
        Array.FindLast(words, word => !GroceryWords.Forms.Contains(word) && !GroceryWords.Neutral.Contains(word));

    private static int Wishes(RequestedItem item, VendorProduct product)
    {
        var score = 0;
        if (item.Preferences?.GetValueOrDefault("brand") is { } brand)
        {
            score += string.Equals(brand, product.Brand, StringComparison.OrdinalIgnoreCase)
                || product.Name.Contains(brand, StringComparison.OrdinalIgnoreCase) ? BrandAgrees : -BrandDiffers;
        }

        if (item.Preferences?.GetValueOrDefault("size") is { } size && product.SizeText is { } text
            && Smplat.Core.Commerce.Providers.PackSize.Parse(size) is { } wish && Smplat.Core.Commerce.Providers.PackSize.Parse(text) == wish)
        {
            score += SizeAgrees;
        }

        if (item.Category is { } category && product.Category is { } shelf
            && ProductName.Parse(category).Words.Intersect(ProductName.Parse(shelf.Replace('/', ' ')).Words).Any())
        {
            score += CategoryAgrees;
        }

        return score;
    }
}
