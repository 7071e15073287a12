using System.Globalization;
using Microsoft.AspNetCore.Http;
using Smplat.FakeVendors.Hosting;

namespace Smplat.FakeVendors.Walmart;

/// <summary>Stores near a postal code; none in Alaska (995-999).</summary>
public sealed class WalmartStores
{
    /// <summary>Some reports have a bare list as the body, others an object around it.</summary>
    public bool WrapInObject { get; set; }

    public IResult Search(HttpContext context)
    {
        var zip = context.Request.Query["zip"].ToString();
        var byPlace = context.Request.Query.ContainsKey("lat") && context.Request.Query.ContainsKey("lon");
        if (zip.Length < 5 && !byPlace)
            return Reply.Json(new { errors = new[] { new { code = 4002, message = "zip or lat and lon are required" } } }, 400);
        var stores = byPlace || int.Parse(zip[..3], CultureInfo.InvariantCulture) < 995 ? Near(byPlace ? "72712" : zip[..5]) : [];
        return WrapInObject ? Reply.Json(new { stores }) : Reply.Json(stores);
    }

    private static object[] Near(string zip) =>
    [
        new
        {
            no = 2000 + int.Parse(zip, CultureInfo.InvariantCulture) % 3000,
            name = "Walmart Supercenter",
            country = "US",
            coordinates = new[] { -94.2, 36.3 },
            streetAddress = "406 S Walton Blvd",
            city = "Springfield",
            stateProvCode = "OH",
            zip,
            phoneNumber = "479-555-0100",
            sundayOpen = true,
        },
    ];
}
