namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>A street in two parts, as the older dialect wants it: 123 and Main St.</summary>
internal readonly record struct StreetLine(string? Number, string? Name)
{
    public static StreetLine Of(string? street)
    {
        if (string.IsNullOrWhiteSpace(street))
        {
            return default;
        }

        var line = street.Trim();
        var blank = line.IndexOf(' ', StringComparison.Ordinal);
        return blank > 0 && char.IsAsciiDigit(line[0])
            ? new StreetLine(line[..blank], line[(blank + 1)..].Trim())
            : new StreetLine(null, line);
    }
}
