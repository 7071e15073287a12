namespace Smplat.FakeVendors.Groceries;

/// <summary>A product that the pretended shops sell, before each of them gives it its own id, price and stock.</summary>
public sealed record Grocery(
    int Index, string Upc, string Brand, string Name, string Size, string Category, int Cents, IReadOnlyList<string> Words)
{
    /// <summary>The price of a shop: its level in percent, ended in nine cents where it is not a loose good.</summary>
    public int PriceAt(int percent)
    {
        var cents = Cents * percent / 100;
        return Cents < 100 ? Math.Max(1, cents) : Math.Max(9, cents / 10 * 10 + 9);
    }
}
