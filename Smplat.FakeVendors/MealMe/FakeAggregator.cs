using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Smplat.FakeVendors.Groceries;

namespace Smplat.FakeVendors.MealMe;

/// <summary>Carts and orders of either dialect. A cart holds products of one shop only.</summary>
public sealed class FakeAggregatorOrders
{
    private readonly ConcurrentDictionary<string, FakeAggregatorOrder> _orders = new();
    private readonly ConcurrentDictionary<string, FakeAggregatorCart> _carts = new();

    private int _last;

    public IReadOnlyCollection<FakeAggregatorOrder> All => [.. _orders.Values];

    public FakeAggregatorCart OpenCart(FakeAggregatorStore store) =>
        _carts.GetOrAdd($"cart_{Interlocked.Increment(ref _last):D6}", id => new FakeAggregatorCart(id, store));

    public FakeAggregatorCart? FindCart(string? id) => id is not null && _carts.TryGetValue(id, out var cart) ? cart : null;

    public FakeAggregatorOrder? Find(string? id) => id is not null && _orders.TryGetValue(id, out var order) ? order : null;

    public FakeAggregatorOrder Keep(
        FakeAggregatorStore store, IReadOnlyList<FakeAggregatorLine> lines, int tip, string? customerOrderId)
    {
        var order = new FakeAggregatorOrder($"ord_{Interlocked.Increment(ref _last):D6}", store, lines, tip)
        {
            CustomerOrderId = customerOrderId,
        };
        _orders[order.Id] = order;
        return order;
    }

    /// <summary>Null when a product is unknown, the quantity is not positive or the products are of several shops.</summary>
    public static (FakeAggregatorStore Store, IReadOnlyList<FakeAggregatorLine> Lines)? Pick(
        IEnumerable<(string? ProductId, int Quantity)> wanted)
    {
        var lines = new List<FakeAggregatorLine>();
        FakeAggregatorStore? shop = null;
        foreach (var (productId, quantity) in wanted)
        {
            if (quantity <= 0 || FakeAggregatorStore.FindProduct(productId) is not var (store, grocery)
                || (shop is not null && shop.Id != store.Id))
                return null;
            shop = store;
            lines.Add(new FakeAggregatorLine(productId!, $"{grocery.Brand} {grocery.Name}", quantity, store.PriceOf(grocery)));
        }

        return shop is null ? null : (shop, lines);
    }
}

/// <summary>An order: quoted first, placed later. Amounts are cents.</summary>
public sealed class FakeAggregatorOrder(string id, FakeAggregatorStore store, IReadOnlyList<FakeAggregatorLine> lines, int tip)
{
    public string Id => id;

    public FakeAggregatorStore Store => store;

    public IReadOnlyList<FakeAggregatorLine> Lines => lines;

    public int Tip => tip;

    /// <summary>The caller's id of the order.</summary>
    public string? CustomerOrderId { get; init; }

    public string? PaymentMethodId { get; set; }

    public string Status { get; set; } = "unplaced";

    /// <summary>How often the order was placed; more than once is a double order.</summary>
    public int TimesPlaced { get; set; }

    public int Subtotal => lines.Sum(line => line.Cents * line.Quantity);

    public int DeliveryFee => store.DeliveryFeeCents;

    public int ServiceFee => Subtotal * 5 / 100;

    public int Tax => Subtotal * 2 / 100;

    public int Total => Subtotal + DeliveryFee + ServiceFee + Tax;
}

public sealed class FakeAggregatorCart(string id, FakeAggregatorStore store)
{
    private readonly Lock _gate = new();
    private readonly List<FakeAggregatorLine> _lines = [];

    public string Id => id;

    public FakeAggregatorStore Store => store;

    public IReadOnlyList<FakeAggregatorLine> Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    public int Subtotal => Lines.Sum(line => line.Cents * line.Quantity);

    public void Add(IEnumerable<FakeAggregatorLine> lines)
    {
        lock (_gate)
        {
            _lines.AddRange(lines);
        }
    }
}

public sealed record FakeAggregatorLine(string ProductId, string Name, int Quantity, int Cents);

/// <summary>A shop behind the aggregator: its price level, which products it does not sell, and what delivery costs.</summary>
public sealed record FakeAggregatorStore(
    string Id, string Name, string Street, decimal Miles, int PricePercent, int Lacks, int DeliveryFeeCents, int MinMinutes)
{
    public static IReadOnlyList<FakeAggregatorStore> All { get; } =
    [
        new("8c9f33d5-d138-4a49-9a4f-162f195c89b8", "Corner Fresh Market", "188 King St", 0.8m, 118, 7, 299, 25),
        new("1b7a6e0c-55b1-4f0e-9d0b-c1a7be0a2f11", "Valley Foods", "900 Folsom St", 2.1m, 108, 0, 499, 35),
        new("f6f0a8c2-7f53-4a1c-8d3b-2d1f5f8f4e77", "Bargain Grocer", "77 Mission St", 4.6m, 99, 3, 799, 55),
    ];

    private string Prefix => $"{Id[..8]}-";

    public static FakeAggregatorStore? Find(string? id) => All.FirstOrDefault(store => store.Id == id);

    /// <summary>The shop and product behind an id of the form shop prefix, dash, number.</summary>
    public static (FakeAggregatorStore Store, Grocery Grocery)? FindProduct(string? productId)
    {
        var store = All.FirstOrDefault(candidate => productId?.StartsWith(candidate.Prefix, StringComparison.Ordinal) == true);
        return store is not null && int.TryParse(productId![store.Prefix.Length..], out var index)
            && index >= 0 && index < GroceryCatalog.All.Count && store.Sells(GroceryCatalog.All[index])
            ? (store, GroceryCatalog.All[index])
            : null;
    }

    public string ProductId(Grocery grocery) => $"{Prefix}{grocery.Index}";

    public bool Sells(Grocery grocery) => Lacks == 0 || grocery.Index % Lacks != 1;

    public int PriceOf(Grocery grocery) => grocery.PriceAt(PricePercent);
}

/// <summary>Reads request bodies leniently: a field that is missing or of another type reads as null.</summary>
internal static class JsonBody
{
    public static async Task<JsonElement?> ReadAsync(HttpContext context)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static string? Text(this JsonElement body, string name) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    public static int? Number(this JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number)
            ? number
            : null;

    public static bool? Switch(this JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : null;

    public static IEnumerable<JsonElement> List(this JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];

    /// <summary>Lines with a product id and a quantity, which defaults to 1.</summary>
    public static IEnumerable<(string? ProductId, int Quantity)> Lines(this JsonElement body) =>
        body.List("items").Select(item => (item.Text("product_id"), item.Number("quantity") ?? 1));
}
