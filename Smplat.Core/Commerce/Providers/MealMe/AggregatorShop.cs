namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>A shop behind the aggregator.</summary>
public sealed record AggregatorShop(string Id, string Name, string Address, decimal? Miles = null);
