using System.Globalization;
using System.Text.RegularExpressions;

namespace Smplat.Core.Commerce.Providers;

/// <summary>Reads a line of a recipe, such as <c>2 cups all-purpose flour, sifted</c>, as an item to buy.</summary>
internal static class IngredientText
{
    private const int MaxQuantityWords = 5;
    private const decimal MaxAmount = 999;

    /// <summary>False for blank text and for text of signs only, which cannot be searched for.</summary>
    public static bool NamesSomething(string text) => text.Any(char.IsLetterOrDigit);

    /// <returns>Null when the line names no product or a quantity of zero or less, as in <c>-2 eggs</c> and <c>0 eggs</c>.</returns>
    public static RequestedItem? Read(string text, int index)
    {
        var words = Plain(text).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var (taken, quantity) = LeadingQuantity(words);
        var rest = words.Skip(taken).SkipWhile(word => word.Equals("of", StringComparison.OrdinalIgnoreCase)).ToArray();
        var name = string.Join(' ', rest);
        if (!NamesSomething(name) || IsZeroOrLess(words[0]))
        {
            return null;
        }

        return new RequestedItem(
            string.Create(CultureInfo.InvariantCulture, $"{Slug.Of(name)}-{index}"),
            name,
            Math.Clamp(Math.Round(quantity.Amount, 3, MidpointRounding.AwayFromZero), 0.001m, MaxAmount),
            quantity.Unit ?? RequestedItem.DefaultUnit);
    }

    /// <summary>A negative number or zero; <c>00</c> is a kind of flour.</summary>
    private static bool IsZeroOrLess(string word) => word.Length > 1 && word[0] == '-' && char.IsNumber(word[1])
        || (decimal.TryParse(word, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number == 0 && word != "00");

    /// <summary>The longest prefix that reads as a quantity and leaves a name after it; one piece when there is none.</summary>
    private static (int Words, ParsedQuantity Quantity) LeadingQuantity(string[] words)
    {
        for (var count = Math.Min(MaxQuantityWords, words.Length - 1); count > 0; count--)
        {
            if (QuantityText.TryParse(string.Join(' ', words.Take(count)), out var quantity) && IsOnlyQuantity(words, count))
            {
                return (count, quantity);
            }
        }

        return (0, new ParsedQuantity(1, null));
    }

    /// <summary>Every word before the name is a number, a range or a unit: in "2 eggs", eggs belongs to the name.</summary>
    private static bool IsOnlyQuantity(string[] words, int count) => !IsHalfAndHalf(words, count) && words.Take(count).All(word =>
        UnitOfMeasure.Find(word) is not null || word.Any(char.IsNumber) || word is "a" or "an" or "to" or "-" or "fl" or "and" or "half" or "quarter"
            || QuantityText.NumberWord(word.ToLowerInvariant()) is not null);

    private static bool IsHalfAndHalf(string[] words, int count) =>
        words[count - 1].Equals("half", StringComparison.OrdinalIgnoreCase) && words[count].ToLowerInvariant() is "and" or "&" or "n";

    /// <summary>
    /// Drops the text in brackets and after the comma that ends the name, which says how to prepare the ingredient. A comma
    /// between mere adjectives ends nothing: 2 boneless, skinless chicken breasts.
    /// </summary>
    private static string Plain(string text)
    {
        var open = text.IndexOf('(', StringComparison.Ordinal);
        var close = text.IndexOf(')', StringComparison.Ordinal);
        var line = open >= 0 && close > open ? text.Remove(open, close - open + 1) : text;
        for (var comma = line.IndexOf(','); comma >= 0; comma = line.IndexOf(',', comma + 1))
        {
            var isNumber = comma > 0 && comma + 1 < line.Length && char.IsAsciiDigit(line[comma - 1]) && char.IsAsciiDigit(line[comma + 1]);
            if (!isNumber && ProductName.NamesSomething(line[..comma]))
            {
                return line[..comma];
            }
        }

        return line;
    }
}

/// <summary>A quantity read from text.</summary>
/// <param name="Unit">Canonical unit name when the text held one.</param>
internal readonly record struct ParsedQuantity(decimal Amount, string? Unit);

/// <summary>
/// Reads quantities as people write them: <c>2</c>, <c>1.5 kg</c>, <c>1/2 cup</c>, <c>1 1/2 lb</c>, <c>½ tsp</c>, <c>2-3 cloves</c>
/// (the upper end counts), <c>a bunch</c>, <c>lbs 2</c>. Never throws and never returns zero, a negative or an infinite number.
/// </summary>
internal static partial class QuantityText
{
    private const int MaxLength = 64;
    private const decimal MaxAmount = 1_000_000_000m;

    public static bool TryParse(string? text, out ParsedQuantity quantity)
    {
        quantity = default;
        if (string.IsNullOrWhiteSpace(text) || text.Length > MaxLength || IsNonsense(text))
        {
            return false;
        }

        var words = Split(text);
        var (before, at) = ReadUnit(words, 0);
        if (!TryReadAmount(words, ref at, out var amount) || amount <= 0)
        {
            return false;
        }

        var (after, _) = ReadUnit(words, at);
        quantity = new ParsedQuantity(amount, (after ?? before)?.Name);
        return true;
    }

    /// <summary>
    /// A number that cannot be a quantity (negative, infinite, not a number, astronomic), in contrast to words that merely cannot
    /// be read: the first is refused, the second counts as one.
    /// </summary>
    public static bool IsNonsense(string text) => Nonsense().IsMatch(text);

    [GeneratedRegex(
        @"^\s*([-+]?(nan|inf|infinity|∞)|-\s*[\d.½¼¾⅓⅔].*|[\d.]+e[-+]?\d+.*|0+([.,]0*)?([^\d.,].*)?|.*\d{10,}.*)\s*$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Nonsense();

    /// <summary>Separates words and numbers, so that 500g and 500 g read alike; fractions and range dashes become separate words.</summary>
    private static List<string> Split(string text)
    {
        var words = new List<string>();
        var start = 0;
        var lower = text.Trim().ToLowerInvariant();
        for (var index = 0; index <= lower.Length; index++)
        {
            var isBreak = index == lower.Length || Kind(lower[index]) == 's' || (index > start && Kind(lower[index]) != Kind(lower[index - 1]))
                || Kind(lower[index]) is 'f' or 'd' or '/';
            if (!isBreak)
            {
                continue;
            }

            if (index > start)
            {
                words.Add(lower[start..index]);
            }

            start = index;
            if (index < lower.Length && Kind(lower[index]) is 's')
            {
                start = index + 1;
            }
            else if (index < lower.Length && Kind(lower[index]) is 'f' or 'd' or '/')
            {
                words.Add(lower[index].ToString());
                start = index + 1;
            }
        }

        return words;
    }

    /// <summary>s space, n number, f vulgar fraction, d dash of a range, / slash, w word.</summary>
    private static char Kind(char letter) => letter switch
    {
        _ when char.IsWhiteSpace(letter) => 's',
        (>= '0' and <= '9') or '.' or ',' => 'n',
        '/' or '\u2044' => '/',
        '-' or '\u2013' or '\u2014' => 'd',
        _ when VulgarFraction(letter) is not null => 'f',
        _ => 'w',
    };

    private static (UnitOfMeasure? Unit, int Next) ReadUnit(List<string> words, int at)
    {
        if (at + 1 < words.Count && UnitOfMeasure.Find($"{words[at]} {words[at + 1]}") is { } pair)
        {
            return (pair, at + 2);
        }

        return at < words.Count && UnitOfMeasure.Find(words[at]) is { } unit ? (unit, at + 1) : (null, at);
    }

    private static bool TryReadAmount(List<string> words, ref int at, out decimal amount)
    {
        if (TryReadWords(words, ref at, out amount))
        {
            return true;
        }

        if (!TryReadNumber(words, ref at, out amount))
        {
            return false;
        }

        if (at + 1 < words.Count && words[at] is "-" or "\u2013" or "\u2014" or "to")
        {
            var upper = at + 1;
            if (!TryReadNumber(words, ref upper, out var end))
            {
                return false;
            }

            amount = Math.Max(amount, end);
            at = upper;
        }

        return true;
    }

    /// <summary>A number in words: a, two, half, half a, two and a half. Half and half is a name.</summary>
    private static bool TryReadWords(List<string> words, ref int at, out decimal amount)
    {
        amount = 0;
        var isHalf = at < words.Count && words[at] is "half" or "quarter";
        var isName = at + 1 < words.Count && isHalf && words[at + 1] is "and" or "&";
        if (at >= words.Count || isName || !(isHalf || NumberWord(words[at]) is not null))
        {
            return false;
        }

        amount = isHalf ? HalfOrQuarter(words[at]) : NumberWord(words[at])!.Value;
        at++;
        if (at < words.Count && isHalf && words[at] is "a" or "an")
        {
            at++;
        }
        else if (at < words.Count && !isHalf && words[at] is "half" or "quarter")
        {
            // A half pound, two half gallons.
            amount *= HalfOrQuarter(words[at]);
            at++;
        }
        else if (at + 2 < words.Count && words[at] == "and" && words[at + 1] == "a" && words[at + 2] is "half" or "quarter")
        {
            amount += HalfOrQuarter(words[at + 2]);
            at += 3;
        }

        return true;
    }

    private static decimal HalfOrQuarter(string word) => word == "half" ? 0.5m : 0.25m;

    public static decimal? NumberWord(string word) => word switch
    {
        "a" or "an" or "one" => 1,
        "two" => 2,
        "three" => 3,
        "four" => 4,
        "five" => 5,
        "six" => 6,
        "seven" => 7,
        "eight" => 8,
        "nine" => 9,
        "ten" => 10,
        "twelve" => 12,
        _ => null,
    };

    /// <summary>A number, a fraction, or a number and a fraction.</summary>
    private static bool TryReadNumber(List<string> words, ref int at, out decimal number)
    {
        number = 0;
        if (at >= words.Count)
        {
            return false;
        }

        if (words[at].Length == 1 && VulgarFraction(words[at][0]) is { } vulgar)
        {
            number = vulgar;
            at++;
            return true;
        }

        if (!TryReadDecimal(words[at], out number))
        {
            return false;
        }

        at++;
        if (TryReadSlash(words, ref at, number, out var fraction))
        {
            number = fraction;
            return true;
        }

        if (at < words.Count && words[at] is "/" or "\u2044")
        {
            return false;
        }

        AddFraction(words, ref at, ref number);
        return true;
    }

    private static void AddFraction(List<string> words, ref int at, ref decimal number)
    {
        if (at < words.Count && words[at].Length == 1 && VulgarFraction(words[at][0]) is { } vulgar)
        {
            number += vulgar;
            at++;
        }
        else if (at + 2 < words.Count && TryReadDecimal(words[at], out var numerator))
        {
            var next = at + 1;
            if (TryReadSlash(words, ref next, numerator, out var fraction))
            {
                number += fraction;
                at = next;
            }
        }
    }

    private static bool TryReadSlash(List<string> words, ref int at, decimal numerator, out decimal fraction)
    {
        fraction = 0;
        if (at + 1 >= words.Count || words[at] is not ("/" or "\u2044")
            || !TryReadDecimal(words[at + 1], out var denominator) || denominator == 0)
        {
            return false;
        }

        fraction = numerator / denominator;
        at += 2;
        return true;
    }

    /// <summary>A comma is a decimal comma only when it is the only mark and not a group of thousands.</summary>
    public static bool TryReadDecimal(string word, out decimal number)
    {
        var comma = word.IndexOf(',', StringComparison.Ordinal);
        var plain = comma < 0 ? word
            : word.Contains('.', StringComparison.Ordinal) || (word.Length - comma == 4 && comma > 0)
                ? word.Replace(",", "", StringComparison.Ordinal)
                : word.Replace(',', '.');
        return decimal.TryParse(plain, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number)
            && number <= MaxAmount;
    }

    public static decimal? VulgarFraction(char letter) => letter switch
    {
        '½' => 0.5m,
        '⅓' => 1m / 3,
        '⅔' => 2m / 3,
        '¼' => 0.25m,
        '¾' => 0.75m,
        '⅕' => 0.2m,
        '⅖' => 0.4m,
        '⅗' => 0.6m,
        '⅘' => 0.8m,
        '⅙' => 1m / 6,
        '⅚' => 5m / 6,
        '⅛' => 0.125m,
        '⅜' => 0.375m,
        '⅝' => 0.625m,
        '⅞' => 0.875m,
        _ => null,
    };
}

/// <summary>A unit in which groceries are requested or sold, with its size in the base unit of its dimension (gram, millilitre, one).</summary>
/// <param name="Name">The canonical short name.</param>
internal sealed record UnitOfMeasure(string Name, UnitDimension Dimension, decimal BaseFactor)
{
    public static UnitOfMeasure Piece { get; } = new("piece", UnitDimension.Count, 1);

    private static readonly Dictionary<string, UnitOfMeasure> ByAlias = Build();

    /// <summary>Knows the usual spellings, singular and plural, with or without a full stop, in any case.</summary>
    public static UnitOfMeasure? Find(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        var word = text.Trim().TrimEnd('.').ToLowerInvariant();
        return ByAlias.GetValueOrDefault(word);
    }

    private static Dictionary<string, UnitOfMeasure> Build()
    {
        var aliases = new Dictionary<string, UnitOfMeasure>(StringComparer.Ordinal);
        void Add(UnitOfMeasure unit, params string[] names)
        {
            foreach (var name in names.Prepend(unit.Name))
            {
                aliases[name] = unit;
            }
        }

        Add(new("g", UnitDimension.Weight, 1), "gr", "gram", "grams", "gramme", "grammes");
        Add(new("kg", UnitDimension.Weight, 1000), "kgs", "kilo", "kilos", "kilogram", "kilograms");
        Add(new("oz", UnitDimension.Weight, 28.349523125m), "ozs", "ounce", "ounces");
        Add(new("lb", UnitDimension.Weight, 453.59237m), "lbs", "pound", "pounds", "#");
        Add(new("ml", UnitDimension.Volume, 1), "milliliter", "milliliters", "millilitre", "millilitres");
        Add(new("cl", UnitDimension.Volume, 10), "centiliter", "centiliters", "centilitre", "centilitres");
        Add(new("dl", UnitDimension.Volume, 100), "deciliter", "deciliters", "decilitre", "decilitres");
        Add(new("l", UnitDimension.Volume, 1000), "lt", "ltr", "liter", "liters", "litre", "litres");
        Add(new("cup", UnitDimension.Volume, 236.5882365m), "cups", "c");
        Add(new("tbsp", UnitDimension.Volume, 14.78676478125m), "tbsps", "tbs", "tablespoon", "tablespoons");
        Add(new("tsp", UnitDimension.Volume, 4.92892159375m), "tsps", "teaspoon", "teaspoons");
        Add(new("floz", UnitDimension.Volume, 29.5735295625m), "fl oz", "fl. oz", "fluid ounce", "fluid ounces");
        Add(new("pt", UnitDimension.Volume, 473.176473m), "pts", "pint", "pints");
        Add(new("qt", UnitDimension.Volume, 946.352946m), "qts", "quart", "quarts");
        Add(new("gal", UnitDimension.Volume, 3785.411784m), "gals", "gallon", "gallons");
        Add(Piece, "pieces", "pc", "pcs", "ea", "each", "ct", "count", "unit", "units", "item", "items", "x", "pk", "pack", "packs");
        Add(new("slice", UnitDimension.Count, 1), "slices");
        Add(new("clove", UnitDimension.Count, 1), "cloves");
        Add(new("bunch", UnitDimension.Count, 1), "bunches");
        Add(new("can", UnitDimension.Count, 1), "cans", "tin", "tins");
        Add(new("package", UnitDimension.Count, 1), "packages", "pkg", "pkgs", "box", "boxes");
        Add(new("bag", UnitDimension.Count, 1), "bags");
        Add(new("bottle", UnitDimension.Count, 1), "bottles", "jar", "jars");
        Add(new("dozen", UnitDimension.Count, 12), "doz", "dozens");
        return aliases;
    }
}

/// <summary>What a unit measures. Only amounts of one dimension can be compared.</summary>
internal enum UnitDimension
{
    Count,
    Weight,
    Volume,
}
