using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Smplat.FakeVendors.Groceries;
using Smplat.FakeVendors.Hosting;

namespace Smplat.FakeVendors.Walmart;

/// <summary>The affiliate tier of Walmart's API: signed headers, search, items, stores, taxonomy.</summary>
public sealed class FakeWalmart(TimeProvider clock) : FakeVendor("walmart", clock)
{
    public const string ConsumerId = "b3e6f0a2-8c55-4c8e-9a64-2f1d4f7c9a10";

    private const string Root = "/api-proxy/service/affil/product/v2";

    private readonly RSA _key = RSA.Create(2048);

    public FakeWalmartItems Items { get; } = new();

    public FakeWalmartStores Stores { get; } = new();

    /// <summary>The private key, as the app's setting holds it.</summary>
    public string PrivateKey => Convert.ToBase64String(_key.ExportPkcs8PrivateKey());

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["WALMART_BASE_URL"] = new Uri(Address, Root).ToString(),
        ["WALMART_PARTNER_ID"] = ConsumerId,
        ["WALMART_API_KEY"] = PrivateKey,
        ["WALMART_KEY_VERSION"] = "1",
        ["WALMART_PUBLISHER_ID"] = "12345",
    };

    protected override void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Root + "/search", Answer(Items.Search));
        routes.MapGet(Root + "/items", Answer(Items.Lookup));
        routes.MapGet(Root + "/items/{id}", Answer(Items.Find));
        routes.MapGet(Root + "/paginated/items", Answer(Items.Paginated));
        routes.MapGet(Root + "/stores", Answer(Stores.Search));
        routes.MapGet(Root + "/taxonomy", Answer(FakeWalmartItems.Taxonomy));
        routes.MapGet("/cart/addToCart", Answer(Items.HandOff));
    }

    protected override IResult? Refuse(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments(Root, StringComparison.Ordinal))
            return null;
        var fault = RejectEveryone
            ? "consumer is not authorized"
            : FakeWalmartSignature.FaultOf(context.Request.Headers, ConsumerId, _key, Clock.GetUtcNow());
        return fault is null
            ? null
            : Reply.Json(new { errors = new[] { new { code = 4010, message = fault } } }, StatusCodes.Status401Unauthorized);
    }
}

/// <summary>Checks the four headers: consumer id, time in milliseconds, key version, and the signature over these.</summary>
public static class FakeWalmartSignature
{
    public static readonly TimeSpan Validity = TimeSpan.FromSeconds(180);

    public static string? FaultOf(IHeaderDictionary headers, string consumerId, RSA key, DateTimeOffset now)
    {
        var (id, time, version, signature) = (
            headers["WM_CONSUMER.ID"].ToString(),
            headers["WM_CONSUMER.INTIMESTAMP"].ToString(),
            headers["WM_SEC.KEY_VERSION"].ToString(),
            headers["WM_SEC.AUTH_SIGNATURE"].ToString());
        if (id != consumerId)
            return "unknown consumer id";
        if (!long.TryParse(time, CultureInfo.InvariantCulture, out var milliseconds))
            return "missing timestamp";
        if ((now - DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)).Duration() > Validity)
            return "timestamp expired";
        var bytes = new byte[key.KeySize / 8];
        var signed = Encoding.UTF8.GetBytes($"{id}\n{time}\n{version}\n");
        var isValid = Convert.TryFromBase64String(signature, bytes, out var length)
            && key.VerifyData(signed, bytes.AsSpan(0, length), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return isValid ? null : "could not authenticate the signature";
    }
}

/// <summary>Stores near a postal code; none in Alaska (995-999).</summary>
public sealed class FakeWalmartStores
{
    /// <summary>Some reports show a bare list as the body, others an object around it.</summary>
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

/// <summary>Search and lookup. Some items have no price, are sold out, or come from another seller.</summary>
public sealed class FakeWalmartItems
{
    private const int FirstId = 10_450_000;

    private int _searches;

    /// <summary>UPCs that are not available.</summary>
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
        var found = GroceryCatalog.Search(text, Interlocked.Increment(ref _searches));
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
        var found = GroceryCatalog.All.Where(grocery =>
            upc.Length > 0 ? grocery.Upc == upc : ids.Contains(IdOf(grocery).ToString(CultureInfo.InvariantCulture)));
        return Reply.Json(new { items = found.Select(Show).ToArray() });
    }

    public IResult Find(HttpContext context) =>
        GroceryCatalog.All.FirstOrDefault(grocery => (string)context.Request.RouteValues["id"]! == $"{IdOf(grocery)}") is { } grocery
            ? Reply.Json(Show(grocery))
            : Invalid("Invalid itemId", 404);

    public IResult Paginated(HttpContext context)
    {
        if (!Number(context.Request.Query["count"], 100, out var count))
            return Invalid("count must be a number");
        return Reply.Json(new { totalPages = 1, items = GroceryCatalog.All.Take(count).Select(Show).ToArray() });
    }

    public static IResult Taxonomy(HttpContext context) => Reply.Json(new
    {
        categories = GroceryCatalog.All.Select(grocery => grocery.Category).Distinct()
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
