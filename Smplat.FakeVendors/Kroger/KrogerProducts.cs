using System.Globalization;
using Microsoft.AspNetCore.Http;
using Smplat.FakeVendors.Groceries;
using Smplat.FakeVendors.Hosting;

namespace Smplat.FakeVendors.Kroger;

/// <summary>Product search with paging, whose order turns from call to call, and the facts that a store id unlocks.</summary>
public sealed class KrogerProducts
{
    private int _searches;

    /// <summary>UPCs that every store has run out of.</summary>
    public ISet<string> OutOfStock { get; } = new HashSet<string> { "0007127900123" };

    /// <summary>UPCs for which stores give no price at all, as seasonal goods do.</summary>
    public ISet<string> Unpriced { get; } = new HashSet<string> { "0006233877001" };

    /// <summary>True makes stores leave out every price.</summary>
    public bool HidePrices { get; set; }

    public IResult Search(HttpContext context)
    {
        var query = context.Request.Query;
        var term = query["filter.term"].ToString().Trim();
        var ids = query["filter.productId"].ToString();
        if (ids.Length == 0 && (term.Length < 3 || term.Split(' ').Length > 8))
            return Invalid("filter.term must have at least 3 characters and at most 8 words");
        if (!Number(query["filter.limit"], 10, out var limit) || limit is < 1 or > 50
            || !Number(query["filter.start"], 0, out var start) || start is < 0 or > 250)
            return Invalid("filter.limit must be 1 to 50 and filter.start 0 to 250");

        var store = query["filter.locationId"].ToString();
        var wanted = query["filter.fulfillment"].ToString();
        var found = ids.Length > 0
            ? [.. GroceryShelf.All.Where(grocery => ids.Split(',').Contains(grocery.Upc))]
            : GroceryShelf.Search(term, Interlocked.Increment(ref _searches));
        found = [.. found.Where(grocery => wanted.Length == 0 || wanted.Split(',').Any(mode => Serves(grocery, mode)))];
        return Reply.Json(new
        {
            data = found.Skip(start).Take(limit).Select(grocery => Show(grocery, store)).ToArray(),
            meta = new { pagination = new { total = found.Count, start, limit }, warnings = Array.Empty<string>() },
        });
    }

    public IResult Find(HttpContext context)
    {
        var id = (string)context.Request.RouteValues["id"]!;
        return GroceryShelf.All.FirstOrDefault(grocery => grocery.Upc == id) is { } grocery
            ? Reply.Json(new { data = Show(grocery, context.Request.Query["filter.locationId"].ToString()) })
            : Reply.Json(new { errors = new { code = "PRODUCT-2404", reason = "Product not found" } }, 404);
    }

    private static bool Serves(Grocery grocery, string mode) => mode switch
    {
        "sth" => grocery.Category is "Pantry" or "Household" or "Baking",
        "dth" => grocery.Category is not "Seasonal",
        "csp" or "ais" => true,
        _ => false,
    };

    private object Show(Grocery grocery, string store)
    {
        var atStore = store.Length == 8;
        var priced = atStore && !HidePrices && !Unpriced.Contains(grocery.Upc);
        var regular = grocery.PriceAt(100) / 100m;
        var promo = grocery.Index % 7 == 3 ? grocery.PriceAt(85) / 100m : 0m;
        return new
        {
            productId = grocery.Upc,
            upc = grocery.Upc,
            brand = grocery.Brand,
            categories = new[] { grocery.Category },
            countryOrigin = "UNITED STATES",
            description = $"{grocery.Brand} {grocery.Name}",
            images = Array.Empty<object>(),
            temperature = new { indicator = grocery.Category == "Frozen" ? "Frozen" : "Ambient", heatSensitive = false },
            items = new[]
            {
                new
                {
                    itemId = "i" + grocery.Upc[1..],
                    size = grocery.Size.Replace("per lb", "1 lb", StringComparison.Ordinal),
                    soldBy = grocery.Size == "per lb" ? "WEIGHT" : "UNIT",
                    favorite = false,
                    inventory = atStore
                        ? new { stockLevel = OutOfStock.Contains(grocery.Upc) ? "TEMPORARILY_OUT_OF_STOCK" : "HIGH" }
                        : null,
                    fulfillment = atStore
                        ? new
                        {
                            curbside = true,
                            delivery = Serves(grocery, "dth"),
                            instore = true,
                            shiptohome = Serves(grocery, "sth"),
                        }
                        : null,
                    price = priced ? new { regular, promo } : null,
                    nationalPrice = priced ? new { regular, promo } : null,
                },
            },
        };
    }

    private static bool Number(string? text, int otherwise, out int value)
    {
        value = otherwise;
        return string.IsNullOrEmpty(text) || int.TryParse(text, CultureInfo.InvariantCulture, out value);
    }

    private static IResult Invalid(string reason) =>
        Reply.Json(new { errors = new { code = "PRODUCT-2011", reason, timestamp = 0 } }, 400);
}
