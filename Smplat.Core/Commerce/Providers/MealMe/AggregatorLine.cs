namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>A product and how many packs of it. The price is what the search said.</summary>
public sealed record AggregatorLine(string ProductId, string Name, int Quantity, long UnitCents);
