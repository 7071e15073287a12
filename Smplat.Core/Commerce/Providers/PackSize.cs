using System.Globalization;
using System.Text.RegularExpressions;

namespace Smplat.Core.Commerce.Providers;

/// <summary>What one pack of a product holds, read from a vendor's size text such as <c>16 oz</c>, <c>12 ct</c> or <c>6 pk / 12 fl oz</c>.</summary>
/// <param name="Count">Single containers in the pack.</param>
/// <param name="Amount">Content of one container in the unit, or the number of pieces for a count.</param>
internal sealed partial record PackSize(decimal Count, decimal Amount, UnitOfMeasure Unit)
{
    /// <summary>Content of the whole pack in the base unit of its dimension.</summary>
    public decimal BaseAmount => Count * Amount * Unit.BaseFactor;

    public static PackSize? Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > 100)
        {
            return null;
        }

        var parts = Part().Matches(text.ToLowerInvariant())
            .Select(match => (Amount: ReadNumber(match.Groups["n"].Value), Unit: UnitOfMeasure.Find(Spaces().Replace(match.Groups["u"].Value, " "))))
            .Where(part => part is { Amount: > 0 and <= 100_000, Unit: not null })
            .Select(part => (part.Amount, Unit: part.Unit!))
            .ToList();
        return parts switch
        {
            [] => null,
            [var only] => new PackSize(1, only.Amount, only.Unit),
            [var count, var content, ..] when count.Unit.Dimension == UnitDimension.Count
                && content.Unit.Dimension != UnitDimension.Count => new PackSize(count.Amount * count.Unit.BaseFactor, content.Amount, content.Unit),
            [var content, var count, ..] when count.Unit.Dimension == UnitDimension.Count
                && content.Unit.Dimension != UnitDimension.Count => new PackSize(count.Amount * count.Unit.BaseFactor, content.Amount, content.Unit),
            [var first, ..] => new PackSize(1, first.Amount, first.Unit),
        };
    }

    private static decimal ReadNumber(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : 0;

    [GeneratedRegex(@"(?<n>\d{1,6}(?:\.\d{1,4})?)\s*[-x]?\s*(?<u>fl\.?\s*oz|fluid\s+ounces?|[a-z#]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Part();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Spaces();
}
