using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Routing;

/// <summary>
/// The identity of a basket: the same lines to the same postal code hash alike, in whatever order, case or number format.
/// The line ids are part of it, because a stored quote names the lines by them.
/// </summary>
internal static class CartHash
{
    private const char FieldEnd = '\u001f';
    private const char LineEnd = '\u001e';

    public static string Of(IReadOnlyList<RequestedItem> items, DeliveryAddress address)
    {
        var lines = new string[items.Count];
        for (var index = 0; index < lines.Length; index++)
        {
            lines[index] = Line(items[index]);
        }

        Array.Sort(lines, StringComparer.Ordinal);
        var text = string.Concat(
            string.Join(LineEnd, lines), LineEnd.ToString(), address.PostalCode.ToUpperInvariant(), FieldEnd.ToString(), address.Country);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    private static string Line(RequestedItem item)
    {
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"{item.Id}{FieldEnd}{Normalise(item.Name)}{FieldEnd}{item.Quantity / 1.000000000m:0.###}{FieldEnd}{item.Unit.ToLowerInvariant()}");
        return item.Preferences is null
            ? line
            : line + FieldEnd + string.Join(
                FieldEnd, item.Preferences.OrderBy(wish => wish.Key, StringComparer.Ordinal).Select(wish => $"{wish.Key}={wish.Value}"));
    }

    private static string Normalise(string name)
    {
        var words = name.ToLowerInvariant();
        return words.Contains("  ", StringComparison.Ordinal)
            ? string.Join(' ', words.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            : words;
    }
}
