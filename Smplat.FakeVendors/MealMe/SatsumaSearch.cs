using System.Globalization;
using Microsoft.AspNetCore.Http;
using Smplat.FakeVendors.Groceries;
using Smplat.FakeVendors.Hosting;

namespace Smplat.FakeVendors.MealMe;

/// <summary>Geocoding and products. North of 60 degrees nobody delivers.</summary>
public static class SatsumaSearch
{
    public static IResult Geocode(HttpContext context)
    {
        var address = context.Request.Query["address"].ToString();
        if (address.Length == 0)
            return Reply.Json(new { message = "address is required", statusCode = 400 }, 400);
        var north = address.Contains(" AK ", StringComparison.Ordinal) || address.Contains(" 99", StringComparison.Ordinal);
        return Reply.Json(new
        {
            data = new { type = "Point", coordinates = north ? new[] { -147.7, 64.8 } : [-122.39181, 37.77864] },
        });
    }

    public static IResult Products(HttpContext context)
    {
        var query = context.Request.Query;
        if (!double.TryParse(query["latitude"], CultureInfo.InvariantCulture, out var latitude)
            || !double.TryParse(query["longitude"], CultureInfo.InvariantCulture, out _) || query["query"].ToString().Length == 0)
            return Reply.Json(new { message = "query, latitude and longitude are required", statusCode = 400 }, 400);
        return Reply.Json(AggregatorStore.All.Where(_ => latitude <= 60).SelectMany(store =>
            GroceryShelf.Search(query["query"].ToString(), 0).Where(store.Sells).Take(5).Select(grocery => new
            {
                id = store.ProductId(grocery),
                name = $"{grocery.Brand} {grocery.Name}",
                price = store.PriceOf(grocery),
                size = grocery.Size,
                upc = grocery.Upc,
                available = true,
                locationId = store.Id,
                merchantName = store.Name,
            })));
    }
}
