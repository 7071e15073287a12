using Microsoft.AspNetCore.Http;
using Smplat.FakeVendors.Hosting;

namespace Smplat.FakeVendors.Instacart;

/// <summary>Retailers that deliver to a postal code; none in 999xx.</summary>
public static class InstacartRetailers
{
    public static IResult Search(HttpContext context)
    {
        var zip = context.Request.Query["postal_code"].ToString();
        if (zip.Length < 5)
            return Reply.Json(new { error = new { message = "postal_code is invalid", code = 1001 } }, 400);
        var keys = zip.StartsWith("999", StringComparison.Ordinal) ? [] : new[] { "safeway", "costco", "sprouts" };
        return Reply.Json(new
        {
            retailers = keys.Select(key => new
            {
                retailer_key = key,
                name = char.ToUpperInvariant(key[0]) + key[1..],
                retailer_logo_url = $"https://www.instacart.example/logos/{key}.png",
            }),
        });
    }
}
