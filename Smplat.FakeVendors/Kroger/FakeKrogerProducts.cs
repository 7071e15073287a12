using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Smplat.FakeVendors.Groceries;
using Smplat.FakeVendors.Hosting;

namespace Smplat.FakeVendors.Kroger;

/// <summary>Two stores near every mainland postal code; none in Alaska (995-999) and Hawaii (967, 968).</summary>
public static class FakeKrogerLocations
{
    private static readonly string[] Starts = ["filter.zipCode.near", "filter.latLong.near", "filter.lat.near"];

    public static IResult Search(HttpContext context)
    {
        var query = context.Request.Query;
        if (Starts.Count(start => query.ContainsKey(start)) != 1 && !query.ContainsKey("filter.locationId"))
            return Invalid("Exactly one starting point is required");
        if (!Within(query["filter.radiusInMiles"], 1, 100, 10, out _) || !Within(query["filter.limit"], 1, 200, 10, out var limit))
            return Invalid("filter.radiusInMiles must be 1 to 100 and filter.limit 1 to 200");
        var stores = (query.TryGetValue("filter.zipCode.near", out var zip) ? Near(zip.ToString()) : Near("45044"))
            .Take(limit)
            .ToArray();
        return Reply.Json(new
        {
            data = stores,
            meta = new { pagination = new { total = stores.Length, start = 0, limit } },
        });
    }

    public static IResult Find(HttpContext context)
    {
        var id = (string)context.Request.RouteValues["id"]!;
        return id.Length == 8 && Near(id[..5]) is [var store, ..]
            ? Reply.Json(new { data = store })
            : Reply.Json(new { errors = new { code = "LOCATION-2404", reason = "Location not found" } }, 404);
    }

    public static IResult Chains(HttpContext context) =>
        Reply.Json(new { data = new object[] { new { name = "KROGER", divisionNumbers = new[] { "014" } }, new { name = "FOODSCO" } } });

    public static IResult Departments(HttpContext context) =>
        Reply.Json(new { data = new object[] { new { departmentId = "23", name = "Bakery" }, new { departmentId = "35", name = "Dairy" } } });

    public static IReadOnlyList<object> Near(string zip)
    {
        if (zip.Length < 5 || !zip[..5].All(char.IsAsciiDigit) || int.Parse(zip[..3], CultureInfo.InvariantCulture) is >= 995 or 967 or 968)
            return [];
        return [Store(zip[..5], "101", "Main St", 1200), Store(zip[..5], "212", "Market Plaza", 480)];
    }

    private static object Store(string zip, string suffix, string street, int number) => new
    {
        locationId = zip + suffix,
        storeNumber = "00" + suffix,
        divisionNumber = "014",
        chain = "KROGER",
        name = $"Kroger - {street}",
        phone = "5135551234",
        address = new
        {
            addressLine1 = $"{number} {street}",
            city = zip.StartsWith("941", StringComparison.Ordinal) ? "San Francisco" : "Springfield",
            county = "HAMILTON",
            state = zip.StartsWith('9') ? "CA" : "OH",
            zipCode = zip,
        },
        geolocation = new { latitude = 39.3, longitude = -84.5, latLng = "39.3,-84.5" },
        hours = new { timezone = "America/New_York", open24 = false },
        departments = new[] { new { departmentId = "23", name = "Bakery" } },
    };

    private static bool Within(string? text, int min, int max, int otherwise, out int value)
    {
        value = otherwise;
        return string.IsNullOrEmpty(text)
            || (int.TryParse(text, CultureInfo.InvariantCulture, out value) && value >= min && value <= max);
    }

    private static IResult Invalid(string reason) =>
        Reply.Json(new { errors = new { code = "LOCATION-2011", reason, timestamp = 0 } }, 400);
}

/// <summary>Product search with paging, whose order changes from call to call. Prices and stock need a store id.</summary>
public sealed class FakeKrogerProducts
{
    private int _searches;

    /// <summary>UPCs that are out of stock in every store.</summary>
    public ISet<string> OutOfStock { get; } = new HashSet<string> { "0007127900123" };

    /// <summary>UPCs for which stores give no price, as with seasonal goods.</summary>
    public ISet<string> Unpriced { get; } = new HashSet<string> { "0006233877001" };

    /// <summary>When true, stores give no prices.</summary>
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
            ? [.. GroceryCatalog.All.Where(grocery => ids.Split(',').Contains(grocery.Upc))]
            : GroceryCatalog.Search(term, Interlocked.Increment(ref _searches));
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
        return GroceryCatalog.All.FirstOrDefault(grocery => grocery.Upc == id) is { } grocery
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

/// <summary>One additive cart per shopper. As at the vendor, the API can write it but not read it.</summary>
public sealed class FakeKrogerCarts
{
    private readonly ConcurrentDictionary<(string Shopper, string Upc), int> _lines = new();

    public IReadOnlyDictionary<string, int> Of(string shopper) =>
        _lines.Where(line => line.Key.Shopper == shopper).ToDictionary(line => line.Key.Upc, line => line.Value);

    public async Task<IResult> AddAsync(HttpContext context, FakeKrogerGrant grant)
    {
        if (grant.Shopper is not { } shopper)
            return Reply.Json(new { error = "insufficient_scope", error_description = "A shopper token is required" }, 403);
        CartBody? body;
        try
        {
            body = await JsonSerializer.DeserializeAsync<CartBody>(
                context.Request.Body, JsonSerializerOptions.Web, context.RequestAborted);
        }
        catch (JsonException)
        {
            body = null;
        }

        if (body?.Items is not { Count: > 0 } items || items.Any(item => !item.IsValid))
            return Reply.Json(new { errors = new { code = "CART-2216", reason = "items need a upc, a quantity and a modality" } }, 400);
        foreach (var item in items)
            _lines.AddOrUpdate((shopper, item.Upc!), item.Quantity, (_, before) => before + item.Quantity);
        return Reply.Empty(204);
    }

    private sealed record CartBody(IReadOnlyList<CartItem>? Items);

    private sealed record CartItem(string? Upc, int Quantity, string? Modality)
    {
        public bool IsValid => Upc is { Length: 13 } && Quantity > 0 && Modality is "DELIVERY" or "PICKUP";
    }
}
