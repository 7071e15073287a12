using System.Collections.Frozen;
using System.Text;
using Smplat.Core.Platform.Input;

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
    private const int OtherProduct = 450;
    private const int ExtraWord = 120;
    private const int ExtraChanger = 400;
    private const int ExtraKind = 80;
    private const int OtherPreparation = 100;
    private const int BrandAgrees = 60;
    private const int BrandDiffers = 150;
    private const int CategoryAgrees = 30;
    private const int SizeAgrees = 30;

    /// <param name="wanted">The item's name, parsed once for all candidates.</param>
    public static int Score(RequestedItem item, ProductName wanted, VendorProduct product)
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
            score -= OtherProduct;
        }

        score -= OtherPreparation * GroceryWords.Preparations.Count(
            word => wanted.Descriptors.Contains(word) != name.Descriptors.Contains(word));
        return score + PreferenceScore(item, product);
    }

    private static string? Head(string[] words) =>
        Array.FindLast(words, word => !GroceryWords.Forms.Contains(word) && !GroceryWords.Neutral.Contains(word));

    private static int PreferenceScore(RequestedItem item, VendorProduct product)
    {
        var score = 0;
        if (item.Preferences?.GetValueOrDefault("brand") is { } brand)
        {
            score += string.Equals(brand, product.Brand, StringComparison.OrdinalIgnoreCase)
                || product.Name.Contains(brand, StringComparison.OrdinalIgnoreCase) ? BrandAgrees : -BrandDiffers;
        }

        if (item.Preferences?.GetValueOrDefault("size") is { } size && product.SizeText is { } text
            && PackSize.Parse(size) is { } wish && PackSize.Parse(text) == wish)
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

/// <summary>A parsed name: its words in the singular without sizes and fillers, and the head, the word that names the product.</summary>
internal sealed class ProductName
{
    private const int MaxWords = 24;

    private ProductName(IReadOnlyList<string> words, IReadOnlyList<string> descriptors)
    {
        Words = words;
        Descriptors = descriptors;
    }

    /// <summary>Words in the order of the name, without descriptors.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>Words such as frozen or organic.</summary>
    public IReadOnlyList<string> Descriptors { get; }

    /// <summary>The word that names the product: tortilla in flour tortilla. Null when the name has only fillers.</summary>
    public string? Head => Words.LastOrDefault(word => !GroceryWords.Forms.Contains(word)) ?? (Words.Count > 0 ? Words[^1] : null);

    public static ProductName Parse(string text)
    {
        var words = new List<string>();
        var descriptors = new List<string>();
        var comma = text.IndexOf(',', StringComparison.Ordinal);
        var afterNumber = false;
        foreach (var word in Split(comma > 0 ? text.AsSpan(0, comma) : text))
        {
            var isSize = char.IsAsciiDigit(word[0]) || (afterNumber && UnitOfMeasure.Find(word) is not null);
            afterNumber = char.IsAsciiDigit(word[0]);
            if (isSize)
            {
                continue;
            }

            if (words.Count > 0 && GroceryWords.Cuts.Contains(word))
            {
                break;
            }

            var singular = Singular(word);
            if (GroceryWords.Descriptors.Contains(singular))
            {
                descriptors.Add(singular);
            }
            else if (!GroceryWords.Ignored.Contains(singular) && singular.Length > 1 && words.Count < MaxWords)
            {
                words.Add(singular);
            }
        }

        return new ProductName(words, descriptors);
    }

    internal static string Singular(string word) => word switch
    {
        { Length: > 4 } when word.EndsWith("ies", StringComparison.Ordinal) && word is not "cookies" => word[..^3] + "y",
        "leaves" => "leaf",
        "loaves" => "loaf",
        { Length: > 4 } when word.EndsWith("oes", StringComparison.Ordinal) => word[..^2],
        { Length: > 4 } when word.EndsWith("ches", StringComparison.Ordinal) || word.EndsWith("shes", StringComparison.Ordinal)
            || word.EndsWith("sses", StringComparison.Ordinal) || word.EndsWith("xes", StringComparison.Ordinal) => word[..^2],
        { Length: > 3 } when word.EndsWith('s') && !word.EndsWith("ss", StringComparison.Ordinal)
            && !word.EndsWith("us", StringComparison.Ordinal) => word[..^1],
        _ => word,
    };

    private static List<string> Split(ReadOnlySpan<char> text)
    {
        var words = new List<string>();
        var start = -1;
        for (var index = 0; index <= text.Length; index++)
        {
            var inWord = index < text.Length && (char.IsLetterOrDigit(text[index]) || text[index] is '\'' or '%');
            if (inWord && start < 0)
            {
                start = index;
            }
            else if (!inWord && start >= 0)
            {
                var word = text[start..index].ToString().Replace("'", "", StringComparison.Ordinal).ToLowerInvariant();
                start = -1;
                if (word.Length > 0)
                {
                    words.Add(word);
                }
            }
        }

        return words;
    }
}

/// <summary>The search term for an item at a vendor: its words in lower case, at most eight.</summary>
internal static class SearchTerm
{
    private const int MaxWords = 8;
    private const int MaxLength = 80;

    public static string Of(string name)
    {
        var parsed = ProductName.Parse(name);
        var words = parsed.Words.Count > 0 ? parsed.Descriptors.Concat(parsed.Words) : Slug.Of(name).Split('-', StringSplitOptions.RemoveEmptyEntries);
        var term = string.Join(' ', words.Take(MaxWords));
        return SafeText.Cut(term, MaxLength);
    }
}

/// <summary>Lower-case text in which each run of characters outside a to z and 0 to 9 is one dash.</summary>
internal static class Slug
{
    public static string Of(string text)
    {
        var slug = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            var lower = char.ToLowerInvariant(letter);
            if (lower is (>= 'a' and <= 'z') or (>= '0' and <= '9'))
            {
                slug.Append(lower);
            }
            else if (slug.Length == 0 || slug[^1] != '-')
            {
                slug.Append('-');
            }
        }

        return slug.ToString();
    }
}

/// <summary>The kinds of words in grocery names.</summary>
internal static class GroceryWords
{
    /// <summary>Words that say how a product was preserved or grown. Neither side has to name them.</summary>
    public static readonly FrozenSet<string> Descriptors =
        Set("fresh frozen dried dry canned can raw cooked organic free range natural");

    /// <summary>Descriptors that make it another product when only one side names them.</summary>
    public static readonly FrozenSet<string> Preparations = Set("frozen dried dry canned can cooked");

    /// <summary>Adjectives that do not change the product: extra ones on a label do not count.</summary>
    public static readonly FrozenSet<string> Neutral = Set(
        """
        all purpose grade large medium small extra virgin long grain short whole reduced low fat nonfat skim vitamin boneless
        skinless salted unsalted sweetened unsweetened granulated iodized table classic original traditional plain pure real
        creamy crunchy shredded sliced soft raw unfiltered purified drinking ripe baby loose premium value family
        cage hardwood smoked old fashioned jumbo thick cut lean hand picked seedless each style
        """);

    /// <summary>Words for the form in which the same product is sold.</summary>
    public static readonly FrozenSet<string> Forms = Set(
        "crown floret fillet bulb head clove bunch slice chunk leaf piece stick bag bar breast thigh wing loin drumstick stalk");

    /// <summary>Words that turn the next word into another product: peanut butter is not butter.</summary>
    public static readonly FrozenSet<string> Changers = Set(
        "peanut almond soy oat coconut cashew hazelnut chocolate strawberry vanilla baking ice sour condensed evaporated imitation");

    /// <summary>Colours and kinds: another one is an acceptable substitute, not the same product.</summary>
    public static readonly FrozenSet<string> Kinds = Set("white brown black red green yellow golden dark light sweet russet");

    public static readonly FrozenSet<string> Ignored = Set("of the and with in a an for or per each");

    /// <summary>Everything after one of these describes what the product comes with, not the product itself.</summary>
    public static readonly FrozenSet<string> Cuts = Set("in with for");

    private static FrozenSet<string> Set(string words) =>
        words.Split((char[])[' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .ToFrozenSet(StringComparer.Ordinal);
}
