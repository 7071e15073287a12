using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// A parsed name: its words in the singular without sizes and fillers. A comma ends the name only after a word that names
/// something: "boneless, skinless chicken breasts" is one name, "chicken breasts, boneless" ends at its comma.
/// </summary>
internal sealed partial class ProductName
{
    private const int MaxWords = 24;
    private const int MaxLength = 400;

    /// <summary>One word, so that neither half is taken for a number.</summary>
    public const string HalfAndHalfWord = "halfandhalf";

    private readonly List<string> _words = [];
    private readonly List<string> _descriptors = [];
    private readonly List<string> _also = [];

    private ProductName()
    {
    }

    /// <summary>Words in the order of the name, without descriptors.</summary>
    public IReadOnlyList<string> Words => _words;

    /// <summary>Words such as frozen or organic.</summary>
    public IReadOnlyList<string> Descriptors => _descriptors;

    /// <summary>Words after the name: they may fulfil a wish, but name nothing.</summary>
    public IReadOnlyList<string> Also => _also;

    /// <summary>A share such as 93 % lean; null when the name has none, or 100 %.</summary>
    public decimal? Percent { get; private set; }

    /// <summary>Fat class of dairy: whole, 2%, 1% or 0%. Null when the name gives none.</summary>
    public string? Fat { get; private set; }

    /// <param name="brand">Words of the brand, which name no product.</param>
    public static ProductName Parse(string text, IReadOnlyList<string>? brand = null)
    {
        var name = new ProductName();
        var plain = VendorText.Plain(SafeText.Cut(text, MaxLength));
        var isNamed = false;
        foreach (var segment in Segments(HalfAndHalf().Replace(LeanRatio().Replace(Fold(plain), AsPercent), HalfAndHalfWord)))
        {
            isNamed = name.Add(segment, isNamed, brand) || isNamed;
        }

        name.Fat = name.FatClass();
        return name;
    }

    /// <summary>Whether the text names a product, and not only its properties.</summary>
    public static bool NamesSomething(string text)
    {
        var name = Parse(text);
        return name.Words.Any(word => !GroceryWords.Neutral.Contains(word) && !GroceryWords.Kinds.Contains(word));
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

    /// <summary>Adds a part of the text.</summary>
    /// <returns>True when it holds the word that names the product.</returns>
    private bool Add(string segment, bool isNamed, IReadOnlyList<string>? brand)
    {
        var found = new List<string>();
        var after = false;
        foreach (var word in Sized(segment))
        {
            var singular = Singular(word);
            if (word[^1] == '%')
            {
                Percent ??= decimal.TryParse(word[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share)
                    && share < 100 ? share : null;
            }
            else if (GroceryWords.Cuts.Contains(word) && found.Count + _words.Count > 0)
            {
                after = true;
            }
            else if (GroceryWords.Descriptors.Contains(singular) && !after)
            {
                if (!_descriptors.Contains(singular))
                {
                    _descriptors.Add(singular);
                }
            }
            else if (!GroceryWords.Ignored.Contains(singular) && singular.Length > 1)
            {
                (isNamed || after ? _also : found).Add(singular);
            }
        }

        TrimSizes(found);
        _words.AddRange(found.Take(MaxWords - _words.Count));
        return found.Exists(word => !GroceryWords.Neutral.Contains(word) && !GroceryWords.Kinds.Contains(word)
            && brand?.Contains(word) != true);
    }

    /// <summary>Gallon, half pint or family size at the end of a name is a size without a number.</summary>
    private static void TrimSizes(List<string> words)
    {
        var isTrimmed = false;
        while (words.Count > 1 && (GroceryWords.Sizes.Contains(words[^1]) || (isTrimmed && GroceryWords.SizeWords.Contains(words[^1]))))
        {
            words.RemoveAt(words.Count - 1);
            isTrimmed = true;
        }
    }

    private string? FatClass()
    {
        bool Has(string word) => _words.Contains(word) || _also.Contains(word) || _descriptors.Contains(word);
        if (!Has("milk") && !Has("yogurt") && !Has("cottage") && !Has("kefir"))
        {
            return null;
        }

        return Percent switch
        {
            2 => "2%",
            1 => "1%",
            0 => "0%",
            _ when Has("skim") || Has("skimmed") || Has("nonfat") || (Has("fat") && (Has("free") || Has("non"))) => "0%",
            _ when Has("reduced") && Has("fat") => "2%",
            _ when Has("lowfat") || (Has("low") && Has("fat")) => "1%",
            _ when Has("whole") || (Has("vitamin d") && Has("milk")) => "whole",
            _ => null,
        };
    }

    /// <summary>The words without numbers and their units; 7up and 2% are words.</summary>
    private static IEnumerable<string> Sized(string segment)
    {
        var afterNumber = false;
        string? vitamin = null;
        foreach (var word in Word().Matches(segment).Select(match => match.Value.Replace("'", "", StringComparison.Ordinal).ToLowerInvariant()))
        {
            if (word.Length == 0)
            {
                continue;
            }

            var letters = word.TrimStart("0123456789.".ToCharArray());
            var isSize = letters.Length == 0 || (char.IsAsciiDigit(word[0]) && UnitOfMeasure.Find(letters) is not null)
                || (afterNumber && UnitOfMeasure.Find(word) is not null) || (afterNumber && word == "fl");
            afterNumber = char.IsAsciiDigit(word[0]) && letters.Length == 0 || (afterNumber && word == "fl");
            if (vitamin is not null)
            {
                // Vitamin C and vitamin D3 are other things than vitamin D.
                var isNamed = word.Length <= 3 && !isSize && word is not "and";
                yield return isNamed ? $"vitamin {word}" : vitamin;
                vitamin = null;
                if (isNamed)
                {
                    continue;
                }
            }

            if (word is "vitamin" or "vitamins")
            {
                vitamin = "vitamin";
            }
            else if (!isSize)
            {
                foreach (var part in GroceryWords.Synonyms.TryGetValue(word, out var same) ? same : [word])
                {
                    yield return part;
                }
            }
        }

        if (vitamin is not null)
        {
            yield return vitamin;
        }
    }

    /// <summary>Parts between commas and brackets; a comma between digits belongs to a number.</summary>
    private static IEnumerable<string> Segments(string text) =>
        Separators().Split(text).Where(segment => !string.IsNullOrWhiteSpace(segment));

    /// <summary>80/20 is 80 % lean.</summary>
    private static string AsPercent(Match ratio) =>
        int.Parse(ratio.Groups[1].Value, CultureInfo.InvariantCulture) + int.Parse(ratio.Groups[2].Value, CultureInfo.InvariantCulture) == 100
            ? ratio.Groups[1].Value + "% "
            : ratio.Value;

    /// <summary>Without accents: jalape\u00f1o and jalapeno are one word.</summary>
    private static string Fold(string text)
    {
        if (text.All(char.IsAscii))
        {
            return text;
        }

        var plain = new StringBuilder(text.Length);
        foreach (var letter in text.Normalize(NormalizationForm.FormD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(letter) != UnicodeCategory.NonSpacingMark)
            {
                plain.Append(letter);
            }
        }

        return plain.ToString();
    }

    [GeneratedRegex(@"(?<!\d),|,(?!\d)|[()\[\]|;]", RegexOptions.CultureInvariant)]
    private static partial Regex Separators();

    [GeneratedRegex(@"(?<![\d./])(\d{2})\s?/\s?(\d{1,2})(?![\d./])", RegexOptions.CultureInvariant)]
    private static partial Regex LeanRatio();

    [GeneratedRegex(@"\bhalf\s*(?:&|and|n)\s*half\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex HalfAndHalf();

    /// <summary>Letters and digits, with an ampersand between letters (m&amp;m), a full stop between digits and a per cent sign.</summary>
    [GeneratedRegex(@"\d+(?:\.\d+)?\s?%|(?:[\p{L}\p{Nd}']|(?<=\p{L})&(?=\p{L})|(?<=\d)\.(?=\d))+", RegexOptions.CultureInvariant)]
    private static partial Regex Word();
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
        var term = string.Join(' ', words.Take(MaxWords)).Replace(ProductName.HalfAndHalfWord, "half and half", StringComparison.Ordinal);
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
        lowfat non skimmed homogenized pasteurized gluten healthy heart gmo farm raised wild caught steamable resealable
        ready eat microwavable easy quick instant deluxe fancy choice select prime bulk twin
        """).Union(["vitamin d"]).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Words for the form in which the same product is sold.</summary>
    public static readonly FrozenSet<string> Forms = Set(
        "crown floret fillet block bulb head clove bunch slice chunk leaf piece stick bag bar breast thigh wing loin drumstick stalk");

    /// <summary>Words for what the product is packed in.</summary>
    public static readonly FrozenSet<string> Containers = Set(
        "pouch jar bottle box carton jug tub canister tray package packet tin container tube sleeve bucket envelope case squeeze roll softgel tablet capsule");

    /// <summary>Sizes that may stand at the end of a name without a number.</summary>
    public static readonly FrozenSet<string> Sizes =
        Set("gallon gal quart qt pint pt liter litre dozen doz oz ounce lb pound ct count pk pack size ea");

    /// <summary>Words that belong to the size after them, as in half gallon and family size.</summary>
    public static readonly FrozenSet<string> SizeWords =
        Set("half quarter family party value twin club mega variety fun sharing king single multi snack jumbo giant one two six fl fluid");

    /// <summary>Words for the fat of milk; compared as a class and not as words.</summary>
    public static readonly FrozenSet<string> FatWords =
        Set("whole reduced low fat nonfat lowfat skim skimmed non").Union(["vitamin d"]).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Brands that shoppers ask for without saying what it is.</summary>
    public static readonly FrozenSet<string> Brands = Set(
        """
        cheerio coca cola pepsi sprite fanta gatorade powerade dorito lay pringle cheeto frito tostito ruffle oreo ritz triscuit nutella
        nutell jif skippy heinz tabasco sriracha velveeta philadelphia kraft kleenex charmin bounty tide dawn clorox lysol windex
        febreze cascade ziploc glad pamper huggy tylenol advil colgate listerine snicker twix skittle m&m kitkat hershey reese
        starburst haribo doublemint nescafe folger starbuck keurig lipton snapple 7up fritos goldfish wheaty chex kix trix lucky charm
        eggo bisquick jell kool aid capri sun redbull monster perrier lacroix evian fiji dasani aquafina spam crisco pam v8
        """);

    /// <summary>Brands of several words that name something else by themselves: a pepper is no Dr Pepper. Words in the singular.</summary>
    private static readonly string[][] BrandPhrases =
    [
        .. """
        dr pepper, mountain dew, mtn dew, red bull, la croix, diet coca cola, coca cola zero, coca cola zero sugar, canada dry, sun chip,
        froot loop, frosted flake, rice krispy, special, raisin bran, capn crunch, cap n crunch, cocoa puff, cocoa pebble, fruity pebble, corn pop, apple jack,
        honey bunch oat, cinnamon toast crunch, golden graham, frosted mini wheat, grape nut,
        club cracker, wheat thin, nutter butter, chip ahoy, fig newton, pop tart, hot pocket, slim jim, cup noodle, top ramen, rice roni,
        stove top, cool whip, sunny, old bay, frank redhot, miracle whip, country crock, smart balance, hidden valley, sweet baby ray, good humor,
        mr clean, pine sol, magic eraser, band aid, head shoulder, old spice, irish spring, swiffer wet, scott tissue, arm hammer, mr coffee
        """.Split([',', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(phrase => phrase.Split(' ')),
    ];

    /// <summary>Whether the words are those of a brand, and nothing else.</summary>
    public static bool IsBrandPhrase(IReadOnlyCollection<string> words) =>
        BrandPhrases.Any(phrase => phrase.Length == words.Count && phrase.All(words.Contains));

    /// <summary>Other names of the same words.</summary>
    public static readonly FrozenDictionary<string, string[]> Synonyms = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["coke"] = ["coca", "cola"],
        ["cocacola"] = ["coca", "cola"],
        ["catsup"] = ["ketchup"],
        ["yoghurt"] = ["yogurt"],
        ["nutella"] = ["nutella"],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Words that say what a product is by one word before them: spaghetti is pasta, and a label may say so.</summary>
    private static readonly FrozenDictionary<string, FrozenSet<string>> Classes = new Dictionary<string, FrozenSet<string>>
    {
        ["pasta"] = Set("spaghetti penne rigatoni macaroni linguine fettuccine rotini farfalle lasagna orzo ziti angel"),
        ["cheese"] = Set("cheddar mozzarella parmesan gouda swiss brie feta provolone gruyere ricotta colby muenster asiago pepperjack"),
        ["pepper"] = Set("jalapeno habanero serrano poblano cayenne"),
        ["lettuce"] = Set("romaine iceberg butterhead"),
        ["squash"] = Set("zucchini butternut acorn"),
        ["mushroom"] = Set("portobello portabella cremini shiitake"),
        ["rice"] = Set("basmati jasmine arborio"),
        ["steak"] = Set("ribeye sirloin flank tbone"),
        ["sausage"] = Set("bratwurst kielbasa chorizo andouille"),
        ["bread"] = Set("ciabatta baguette sourdough pita naan brioche"),
        ["apple"] = Set("fuji gala honeycrisp"),
        ["dinner"] = Set("mac macaroni"),
        ["fish"] = Set("salmon tilapia cod tuna"),
        ["nut"] = Set("cashew pecan walnut pistachio"),
        ["bean"] = Set("garbanzo edamame"),
        ["herb"] = Set("basil cilantro parsley thyme rosemary dill"),
        ["sauce"] = Set("marinara alfredo pesto sriracha tabasco"),
        ["dip"] = Set("hummus guacamole salsa"),
        ["spread"] = Set("hummus margarine jam"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Whether the word only names the class of something that is wanted.</summary>
    public static bool IsClassOf(string word, IReadOnlyList<string> wanted) =>
        Classes.TryGetValue(word, out var members) && wanted.Any(members.Contains);

    /// <summary>Another make of a brand: a substitute when only the brand was asked for.</summary>
    public static readonly FrozenSet<string> Flavours = Set(
        "honey nut cherry orange frosted cinnamon diet zero light caffeine mini double berry apple banana maple caramel mint spicy ranch barbecue bbq");

    /// <summary>Words that turn the next word into another product: peanut butter is not butter.</summary>
    public static readonly FrozenSet<string> Changers = Set(
        "peanut almond soy oat coconut cashew hazelnut chocolate strawberry vanilla baking ice sour condensed evaporated imitation diet zero");

    /// <summary>Colours and kinds: another one is an acceptable substitute, not the same product.</summary>
    public static readonly FrozenSet<string> Kinds = Set("white brown black red green yellow golden dark light sweet russet");

    public static readonly FrozenSet<string> Ignored = Set("of the and with in a an for or per each");

    /// <summary>Everything after one of these describes what the product comes with, not the product itself.</summary>
    public static readonly FrozenSet<string> Cuts = Set("in with for");

    private static FrozenSet<string> Set(string words) =>
        words.Split((char[])[' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .ToFrozenSet(StringComparer.Ordinal);
}
