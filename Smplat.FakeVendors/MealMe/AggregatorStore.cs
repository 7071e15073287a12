using Smplat.FakeVendors.Groceries;

namespace Smplat.FakeVendors.MealMe;

/// <summary>A shop behind the aggregator: its price level, what it lacks and what delivery costs.</summary>
public sealed record AggregatorStore(
    string Id, string Name, string Street, decimal Miles, int PricePercent, int Lacks, int DeliveryFeeCents, int MinMinutes)
{
    public static IReadOnlyList<AggregatorStore> All { get; } =
    [
        new("8c9f33d5-d138-4a49-9a4f-162f195c89b8", "Corner Fresh Market", "188 King St", 0.8m, 118, 7, 299, 25),
        new("1b7a6e0c-55b1-4f0e-9d0b-c1a7be0a2f11", "Valley Foods", "900 Folsom St", 2.1m, 108, 0, 499, 35),
        new("f6f0a8c2-7f53-4a1c-8d3b-2d1f5f8f4e77", "Bargain Grocer", "77 Mission St", 4.6m, 99, 3, 799, 55),
    ];

    private string Prefix => $"{Id[..8]}-";

    public static AggregatorStore? Find(string? id) => All.FirstOrDefault(store => store.Id == id);

    /// <summary>The shop and product behind an id of the form shop prefix, dash, number.</summary>
    public static (AggregatorStore Store, Grocery Grocery)? FindProduct(string? productId)
    {
        var store = All.FirstOrDefault(candidate => productId?.StartsWith(candidate.Prefix, StringComparison.Ordinal) == true);
        return store is not null && int.TryParse(productId![store.Prefix.Length..], out var index)
            && index >= 0 && index < GroceryShelf.All.Count && store.Sells(GroceryShelf.All[index])
            ? (store, GroceryShelf.All[index])
            : null;
    }

    public string ProductId(Grocery grocery) => $"{Prefix}{grocery.Index}";

    public bool Sells(Grocery grocery) => Lacks == 0 || grocery.Index % Lacks != 1;

    public int PriceOf(Grocery grocery) => grocery.PriceAt(PricePercent);
}
