using System.Globalization;
using Microsoft.AspNetCore.Http;
using Smplat.FakeVendors.Groceries;
using Smplat.FakeVendors.Hosting;

namespace Smplat.FakeVendors.Walmart;

/// <summary>Search and lookup. Some items lack a price, are sold out, or are sold by somebody else.</summary>
public sealed class WalmartItems
{
    private const int FirstId = 10_450_000;

    private int _searches;

    /// <summary>UPCs that are not to be had.</summary>
    public ISet<string> NotAvailable { get; } = new HashSet<string> { "0007127900123" };

    /// <summary>UPCs of items that come without <c>salePrice</c>.</summary>
    public ISet<string> Unpriced { get; } = new HashSet<string> { "0006233877001" };

    public IResult Search(HttpContext context)
    {
        var query = context.Request.Query;
        var text = query["query"].ToString();
        if (text.Length == 0)
            return Invalid("query is required");
        if (!Number(query["numItems"], 10, out var count) || count is < 1 or > 25
            || !Number(query["start"], 1, out var start) || start < 1)
            return Invalid("numItems must be 1 to 25 and start at least 1");
        var found = GroceryShelf.Search(text, Interlocked.Increment(ref _searches));
        var page = found.Skip(start - 1).Take(count).Select(Show).ToArray();
        return Reply.Json(new
        {
            query = text,
            sort = "relevance",
            responseGroup = "base",
            totalResults = found.Count,
            start,
            numItems = page.Length,
            items = page,
        });
    }

    public IResult Lookup(HttpContext context)
    {
        var query = context.Request.Query;
        var ids = query["ids"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries);
        var upc = query["upc"].ToString();
        if (ids.Length is 0 or > 20 && upc.Length == 0)
            return Invalid("ids must name 1 to 20 items");
        var found = GroceryShelf.All.Where(grocery =>
            upc.Length > 0 ? grocery.Upc == upc : ids.Contains(IdOf(grocery).ToString(CultureInfo.InvariantCulture)));
        return Reply.Json(new { items = found.Select(Show).ToArray() });
    }

    public IResult Find(HttpContext context) =>
        GroceryShelf.All.FirstOrDefault(grocery => (string)context.Request.RouteValues["id"]! == $"{IdOf(grocery)}") is { } grocery
            ? Reply.Json(Show(grocery))
            : Invalid("Invalid itemId", 404);

    public IResult Paginated(HttpContext context)
    {
        if (!Number(context.Request.Query["count"], 100, out var count))
            return Invalid("count must be a number");
        return Reply.Json(new { totalPages = 1, items = GroceryShelf.All.Take(count).Select(Show).ToArray() });
    }

    public static IResult Taxonomy(HttpContext context) => Reply.Json(new
    {
        categories = GroceryShelf.All.Select(grocery => grocery.Category).Distinct()
            .Select((name, index) => new { id = $"976759_{index}", name, path = "Food/" + name }),
    });

    /// <summary>The page to which a shopper is handed over; it lists what the link carried.</summary>
    public IResult HandOff(HttpContext context)
    {
        var lines = (context.Request.Query["items"].ToString() + context.Request.Query["offers"])
            .Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('|'));
        var list = string.Concat(lines.Select(line => $"<li>{line[0]} x {(line.Length > 1 ? line[1] : "1")}</li>"));
        return Reply.Page($"<!doctype html><title>Cart</title><h1>Your cart</h1><ul>{list}</ul>");
    }

    private object Show(Grocery grocery) => new
    {
        itemId = IdOf(grocery),
        parentItemId = IdOf(grocery),
        name = $"{grocery.Brand} {grocery.Name}, {grocery.Size}",
        msrp = grocery.PriceAt(110) / 100m,
        salePrice = Unpriced.Contains(grocery.Upc) ? (decimal?)null : grocery.PriceAt(94) / 100m,
        upc = grocery.Upc,
        categoryPath = "Food/" + grocery.Category,
        categoryNode = "976759_1001",
        shortDescription = grocery.Name,
        brandName = grocery.Brand,
        thumbnailImage = "https://i5.walmartimages.example/thumb.jpeg",
        productTrackingUrl = $"https://goto.walmart.com/c/|PUBID|/568844/9383?prodsku={IdOf(grocery)}",
        standardShipRate = 0m,
        size = grocery.Size,
        marketplace = grocery.Index % 23 == 11,
        modelNumber = grocery.Upc,
        availableOnline = !NotAvailable.Contains(grocery.Upc),
        stock = NotAvailable.Contains(grocery.Upc) ? "Not available"
            : grocery.Index % 19 == 5 ? "Last few items"
            : grocery.Index % 13 == 4 ? "Limited Supply"
            : "Available",
        freeShippingOver35Dollars = true,
        maxItemsInOrder = 12,
        offerType = "ONLINE_AND_STORE",
        affiliateAddToCartUrl = $"https://affil.walmart.com/cart/addToCart?items={IdOf(grocery)}|1",
    };

    private static int IdOf(Grocery grocery) => FirstId + grocery.Index * 37;

    private static bool Number(string? text, int otherwise, out int value)
    {
        value = otherwise;
        return string.IsNullOrEmpty(text) || int.TryParse(text, CultureInfo.InvariantCulture, out value);
    }

    private static IResult Invalid(string message, int status = 400) =>
        Reply.Json(new { errors = new[] { new { code = status * 10 + 3, message } } }, status);
}
