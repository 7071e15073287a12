namespace Smplat.Core.Commerce.Providers;

/// <summary>A unit in which groceries are asked for or sold, with its size in the base unit of its dimension (gram, millilitre, one).</summary>
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
        Add(new("oz", UnitDimension.Weight, 28.349523125m), "ounce", "ounces");
        Add(new("lb", UnitDimension.Weight, 453.59237m), "lbs", "pound", "pounds", "#");
        Add(new("ml", UnitDimension.Volume, 1), "milliliter", "milliliters", "millilitre", "millilitres");
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
