using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Smplat.FakeVendors.Groceries;
using Smplat.FakeVendors.Hosting;

namespace Smplat.FakeVendors.MealMe;

/// <summary>Geocoding and the three searches. North of 60 degrees nobody delivers.</summary>
public static class MealMeSearch
{
    public static async Task<IResult> GeocodeAsync(HttpContext context)
    {
        if (await JsonBody.ReadAsync(context) is not { } body || body.Text("zipcode") is not { Length: >= 5 } zip)
            return Invalid("zipcode is required");
        var north = zip.StartsWith("99", StringComparison.Ordinal);
        return Reply.Json(new { latitude = north ? 64.8 : 37.77864, longitude = north ? -147.7 : -122.39181 });
    }

    /// <summary>One cart per shop that has any of the products; the query is a JSON map of product text to quantity.</summary>
    public static IResult Cart(HttpContext context)
    {
        if (Place(context, "user_latitude", "user_longitude") is not { } latitude)
            return Invalid("user_latitude and user_longitude are required");
        Dictionary<string, decimal>? wanted;
        try
        {
            wanted = JsonSerializer.Deserialize<Dictionary<string, decimal>>(context.Request.Query["query"].ToString());
        }
        catch (JsonException)
        {
            wanted = null;
        }

        if (wanted is not { Count: > 0 })
            return Invalid("query must be a JSON map of product to quantity");
        var carts = AggregatorStore.All.Where(_ => latitude <= 60).Select(store => new
        {
            store_id = store.Id,
            store = Show(store),
            items = wanted.Select(wish => new
            {
                query = wish.Key,
                quantity = wish.Value,
                results = GroceryShelf.Search(wish.Key, 0).Where(store.Sells).Take(5).Select(grocery => Show(store, grocery)),
            }),
        });
        return Reply.Json(new { carts });
    }

    public static IResult Products(HttpContext context)
    {
        if (Place(context, "user_latitude", "user_longitude") is not { } latitude)
            return Invalid("user_latitude and user_longitude are required");
        var query = context.Request.Query["query"].ToString();
        return Reply.Json(new
        {
            products = AggregatorStore.All.Where(_ => latitude <= 60).SelectMany(store =>
                GroceryShelf.Search(query, 0).Where(store.Sells).Take(5).Select(grocery => Show(store, grocery))),
        });
    }

    public static IResult Stores(HttpContext context)
    {
        if (Place(context, "latitude", "longitude") is not { } latitude)
            return Invalid("latitude and longitude are required");
        var query = context.Request.Query["query"].ToString();
        return Reply.Json(new
        {
            stores = AggregatorStore.All
                .Where(store => latitude <= 60 && store.Name.Contains(query, StringComparison.OrdinalIgnoreCase))
                .Select(Show),
        });
    }

    private static object Show(AggregatorStore store) => new
    {
        _id = store.Id,
        name = store.Name,
        address = new { street_addr = store.Street, city = "San Francisco", state = "CA", zipcode = "94107", country = "US" },
        type = "grocery",
        is_open = true,
        miles = store.Miles,
        phone_number = 14155550123L,
    };

    private static object Show(AggregatorStore store, Grocery grocery) => new
    {
        product_id = store.ProductId(grocery),
        name = $"{grocery.Brand} {grocery.Name}",
        price = store.PriceOf(grocery),
        unit_size = grocery.Size,
        upc = grocery.Upc,
        is_available = true,
        store_id = store.Id,
        store_name = store.Name,
        menu_id = store.Id,
    };

    private static double? Place(HttpContext context, string latitude, string longitude) =>
        double.TryParse(context.Request.Query[latitude], CultureInfo.InvariantCulture, out var north)
        && double.TryParse(context.Request.Query[longitude], CultureInfo.InvariantCulture, out _)
            ? north
            : null;

    private static IResult Invalid(string error) => Reply.Json(new { error }, 400);
}
