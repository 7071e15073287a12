namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// An estimate of sales tax on groceries, for providers that quote none. Most states exempt food for the home; these tax it
/// at the state level. Local rates and non-food are left out, which is why every quote that uses this says so.
/// </summary>
internal static class FoodTax
{
    private static readonly Dictionary<string, decimal> Rates = new(StringComparer.OrdinalIgnoreCase)
    {
        ["AL"] = 0.02m,
        ["HI"] = 0.04m,
        ["ID"] = 0.06m,
        ["MO"] = 0.01225m,
        ["MS"] = 0.05m,
        ["SD"] = 0.042m,
        ["TN"] = 0.04m,
        ["UT"] = 0.03m,
        ["VA"] = 0.01m,
    };

    public static long Estimate(long subtotalCents, DeliveryAddress address) =>
        address is { Country: "US", State: { } state } && Rates.TryGetValue(state, out var rate)
            ? Cents.Share(subtotalCents, rate)
            : 0;
}
