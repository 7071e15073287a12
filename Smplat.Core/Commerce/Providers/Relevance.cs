namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// How well a product matches a request, in thousandths. Whole numbers, so that the choice is the same on every machine and
/// for every order in which the vendor lists its products.
/// </summary>
internal static class Relevance
{
    /// <summary>From this score the product is the one asked for.</summary>
    public const int Found = 750;

    /// <summary>From this score it is an acceptable substitute; below it the item counts as unavailable.</summary>
    public const int Acceptable = 500;

    private const int MissingWord = 550;
    private const int MissingKind = 350;
    private const int MissingNeutral = 250;
    private const int MissingContainer = 100;
    private const int OtherProduct = 450;
    private const int ExtraWord = 120;
    private const int ExtraChanger = 400;
    private const int ExtraFlavour = 130;
    private const int ExtraKind = 80;
    private const int OtherPreparation = 100;
    private const int BrandAgrees = 60;
    private const int BrandDiffers = 150;
    private const int CategoryAgrees = 30;
    private const int SizeAgrees = 30;

    /// <param name="wanted">The item's name, parsed once for all candidates.</param>
    public static int Score(RequestedItem item, ProductName wanted, VendorProduct product)
    {
        var brand = product.Brand is { } maker ? ProductName.Parse(maker).Words : [];
        var name = ProductName.Parse(product.Name, brand);
        var isBrandOnly = AsksForABrand(wanted, brand);
        return 1000
            - Missing(wanted, name, brand, isBrandOnly)
            - Extra(wanted, name, brand, isBrandOnly)
            - OtherMake(wanted, name)
            - (OtherPreparation * GroceryWords.Preparations.Count(
                word => wanted.Descriptors.Contains(word) != name.Descriptors.Contains(word)))
            + PreferenceScore(item, product);
    }

    /// <summary>Cheerios or Coca-Cola Classic: what the product is called beside its brand does not matter then.</summary>
    private static bool AsksForABrand(ProductName wanted, IReadOnlyList<string> brand)
    {
        var names = wanted.Words.Where(word => !GroceryWords.Neutral.Contains(word)).ToArray();
        return names.Length > 0
            && (names.All(word => brand.Contains(word) || GroceryWords.Brands.Contains(word)) || GroceryWords.IsBrandPhrase(names));
    }

    private static int Missing(ProductName wanted, ProductName name, IReadOnlyList<string> brand, bool isBrandOnly)
    {
        var missing = 0;
        foreach (var word in wanted.Words)
        {
            if (!name.Words.Contains(word) && !brand.Contains(word) && !name.Also.Contains(word)
                && !(wanted.Fat is not null && name.Fat is not null && GroceryWords.FatWords.Contains(word)))
            {
                missing += GroceryWords.Neutral.Contains(word) ? (isBrandOnly ? MissingContainer : MissingNeutral)
                    : GroceryWords.Containers.Contains(word) ? MissingContainer
                    : GroceryWords.Kinds.Contains(word) ? MissingKind
                    : MissingWord;
            }
        }

        return missing;
    }

    private static int Extra(ProductName wanted, ProductName name, IReadOnlyList<string> brand, bool isBrandOnly)
    {
        var own = name.Words
            .Where(word => (!brand.Contains(word) || wanted.Words.Contains(word)) && !GroceryWords.IsClassOf(word, wanted.Words))
            .ToArray();
        var (plain, other) = (0, 0);
        foreach (var extra in own.Where(word => !wanted.Words.Contains(word) && !IsWithoutCost(word)))
        {
            if (GroceryWords.Kinds.Contains(extra))
            {
                other += ExtraKind;
            }
            else if (GroceryWords.Changers.Contains(extra) && !wanted.Also.Contains(extra))
            {
                other += isBrandOnly ? ExtraFlavour : ExtraChanger;
            }
            else if (isBrandOnly && GroceryWords.Flavours.Contains(extra))
            {
                other += ExtraFlavour;
            }
            else
            {
                plain++;
            }
        }

        if (!isBrandOnly && Head(own) is { } head && !wanted.Words.Contains(head) && !wanted.Also.Contains(head))
        {
            other += OtherProduct;
        }

        // A long label alone makes no other product: from the third word on each costs next to nothing.
        return other + (isBrandOnly ? plain : (ExtraWord * Math.Min(plain, 2)) + Math.Max(plain - 2, 0));
    }

    /// <summary>Another fat content or another share of lean meat is an acceptable substitute.</summary>
    private static int OtherMake(ProductName wanted, ProductName name) =>
        (wanted.Fat is { } fat && name.Fat is { } own && fat != own)
        || (wanted.Percent is { } percent && name.Percent is { } other && percent != other && wanted.Fat is null)
            ? MissingKind
            : 0;

    private static bool IsWithoutCost(string word) =>
        GroceryWords.Neutral.Contains(word) || GroceryWords.Forms.Contains(word) || GroceryWords.Containers.Contains(word);

    private static string? Head(string[] words) => Array.FindLast(words, word => !IsWithoutCost(word));

    private static int PreferenceScore(RequestedItem item, VendorProduct product)
    {
        var score = 0;
        if (item.Preferences?.GetValueOrDefault("brand") is { } brand)
        {
            score += string.Equals(brand, product.Brand, StringComparison.OrdinalIgnoreCase)
                || product.Name.Contains(brand, StringComparison.OrdinalIgnoreCase) ? BrandAgrees : -BrandDiffers;
        }

        if (item.Preferences?.GetValueOrDefault("size") is { } size && product.SizeText is { } text
            && PackSize.Parse(size) is { } wish && PackSize.Parse(text) is { } own && own.HasSameContentAs(wish))
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
