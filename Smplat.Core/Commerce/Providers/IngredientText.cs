using System.Globalization;

namespace Smplat.Core.Commerce.Providers;

/// <summary>Reads a line of a recipe, such as <c>2 cups all-purpose flour, sifted</c>, as something that can be bought.</summary>
internal static class IngredientText
{
    private const int LongestQuantity = 5;
    private const decimal Most = 999;

    /// <summary>False for blanks and for nothing but signs, with which nobody can search.</summary>
    public static bool NamesSomething(string text) => text.Any(char.IsLetterOrDigit);

    /// <returns>Null when the line names nothing, or nothing of it is wanted, as in <c>-2 eggs</c> and <c>0 eggs</c>.</returns>
    public static RequestedItem? Read(string text, int index)
    {
        var words = Plain(text).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var (taken, quantity) = LeadingQuantity(words);
        var rest = words.Skip(taken).SkipWhile(word => word.Equals("of", StringComparison.OrdinalIgnoreCase)).ToArray();
        var name = string.Join(' ', rest);
        if (!NamesSomething(name) || IsNothing(words[0]))
        {
            return null;
        }

        return new RequestedItem(
            string.Create(CultureInfo.InvariantCulture, $"{Slug.Of(name)}-{index}"),
            name,
            Math.Clamp(Math.Round(quantity.Amount, 3, MidpointRounding.AwayFromZero), 0.001m, Most),
            quantity.Unit ?? RequestedItem.DefaultUnit);
    }

    /// <summary>A negative number or zero; <c>00</c> is a flour.</summary>
    private static bool IsNothing(string word) => word.Length > 1 && word[0] == '-' && char.IsNumber(word[1])
        || (decimal.TryParse(word, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number == 0 && word != "00");

    /// <summary>The longest beginning that reads as a quantity, while a name is left behind it; one piece when there is none.</summary>
    private static (int Words, ParsedQuantity Quantity) LeadingQuantity(string[] words)
    {
        for (var count = Math.Min(LongestQuantity, words.Length - 1); count > 0; count--)
        {
            if (QuantityText.TryParse(string.Join(' ', words.Take(count)), out var quantity) && IsOnlyQuantity(words, count))
            {
                return (count, quantity);
            }
        }

        return (0, new ParsedQuantity(1, null));
    }

    /// <summary>Every word before the name is a number, a range or a unit: "2 eggs" leaves the eggs to the name.</summary>
    private static bool IsOnlyQuantity(string[] words, int count) => words.Take(count).All(word =>
        UnitOfMeasure.Find(word) is not null || word.Any(letter => char.IsNumber(letter)) || word is "a" or "an" or "to" or "-" or "fl");

    /// <summary>What follows a comma or stands in brackets says how to prepare it.</summary>
    private static string Plain(string text)
    {
        var end = text.IndexOf(',', StringComparison.Ordinal);
        var line = end > 0 && !char.IsAsciiDigit(text[end - 1]) ? text[..end] : text;
        var open = line.IndexOf('(', StringComparison.Ordinal);
        var close = line.IndexOf(')', StringComparison.Ordinal);
        return open >= 0 && close > open ? line.Remove(open, close - open + 1) : line;
    }
}
