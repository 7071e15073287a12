namespace Smplat.Core.Commerce.Providers.Instacart;

/// <summary>Our units in the vendor's words. One outside its list would break the matching of quantities.</summary>
internal static class InstacartMeasures
{
    private static readonly Dictionary<string, string> Words = new(StringComparer.Ordinal)
    {
        ["g"] = "gram",
        ["kg"] = "kilogram",
        ["oz"] = "ounce",
        ["lb"] = "pound",
        ["ml"] = "milliliter",
        ["l"] = "liter",
        ["cup"] = "cup",
        ["tbsp"] = "tablespoon",
        ["tsp"] = "teaspoon",
        ["floz"] = "fl oz",
        ["pt"] = "pint",
        ["qt"] = "quart",
        ["gal"] = "gallon",
        ["bunch"] = "bunch",
        ["can"] = "can",
        ["package"] = "package",
    };

    public static InstacartMeasurement Of(decimal quantity, string? unit)
    {
        var known = UnitOfMeasure.Find(unit) ?? UnitOfMeasure.Piece;
        return Words.TryGetValue(known.Name, out var word)
            ? new InstacartMeasurement(quantity, word)
            : new InstacartMeasurement(Math.Ceiling(quantity * known.BaseFactor), "each");
    }
}
