using System.Globalization;
using Microsoft.AspNetCore.Http;
using Smplat.FakeVendors.Hosting;

namespace Smplat.FakeVendors.Kroger;

/// <summary>Two stores near every mainland postal code; none in Alaska (995-999) and Hawaii (967, 968).</summary>
public static class KrogerLocations
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
