namespace Smplat.FakeVendors.MealMe;

public sealed record AggregatorLine(string ProductId, string Name, int Quantity, int Cents);
