using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Smplat.FakeVendors.Hosting;

namespace Smplat.FakeVendors.Instacart;

/// <summary>The Instacart Developer Platform: shopping-list and recipe links, retailers. It quotes no price.</summary>
public sealed class FakeInstacart(TimeProvider clock) : FakeVendor("instacart", clock)
{
    public const string ApiKey = "keys.0123456789abcdef0123456789abcdef";

    private FakeInstacartLinks? _links;

    public FakeInstacartLinks Links => _links ??= new FakeInstacartLinks(() => Address);

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["INSTACART_BASE_URL"] = Address.GetLeftPart(UriPartial.Authority),
        ["INSTACART_API_KEY"] = ApiKey,
    };

    protected override void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/idp/v1/products/products_link", Answer(Links.ShoppingListAsync));
        routes.MapPost("/idp/v1/products/recipe", Answer(Links.RecipeAsync));
        routes.MapGet("/idp/v1/retailers", Answer(FakeInstacartRetailers.Search));
        routes.MapGet("/store/{kind}/{id}", Answer(Links.Page));
    }

    protected override IResult? Refuse(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments("/idp", StringComparison.Ordinal))
            return null;
        if (RejectEveryone)
            return Reply.Json(new { error = new { message = "Forbidden", code = 3001 } }, 403);
        return context.Request.Headers.Authorization == "Bearer " + ApiKey
            ? null
            : Reply.Json(new { error = new { message = "Unauthorized", code = 3000 } }, 401);
    }
}

/// <summary>Creates link pages from lists and recipes, and checks the body as strictly as the vendor documents.</summary>
public sealed class FakeInstacartLinks(Func<Uri> address)
{
    private readonly ConcurrentDictionary<string, IReadOnlyList<string>> _pages = new();

    private int _last;

    public Task<IResult> ShoppingListAsync(HttpContext context) => CreateAsync(context, "line_items", "line_item_measurements", "shopping_lists");

    public Task<IResult> RecipeAsync(HttpContext context) => CreateAsync(context, "ingredients", "measurements", "recipes");

    public IResult Page(HttpContext context)
    {
        if (!_pages.TryGetValue((string)context.Request.RouteValues["id"]!, out var names))
            return Reply.Empty(404);
        return Reply.Page("<!doctype html><title>Shopping list</title><ul>"
            + string.Concat(names.Select(name => $"<li>{WebUtility.HtmlEncode(name)}</li>")) + "</ul>");
    }

    private async Task<IResult> CreateAsync(HttpContext context, string list, string measurements, string kind)
    {
        JsonElement body;
        try
        {
            using var document = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
            body = document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return Reply.Json(new { error = new { message = "The body is not JSON", code = 1000 } }, 400);
        }

        var faults = FaultsOf(body, list, measurements);
        if (faults.Count == 1)
            return Reply.Json(new { error = faults[0] }, 400);
        if (faults.Count > 1)
            return Reply.Json(new { error = new { message = "There were issues with your request", code = 9999, errors = faults } }, 400);

        var id = (5_700_000 + Interlocked.Increment(ref _last)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        _pages[id] = [.. body.GetProperty(list).EnumerateArray().Select(line => line.GetProperty("name").GetString()!)];
        return Reply.Json(new { products_link_url = new Uri(address(), $"/store/{kind}/{id}").ToString() });
    }

    private static List<object> FaultsOf(JsonElement body, string list, string measurements)
    {
        var faults = new List<object>();
        void Fault(string key, string message) => faults.Add(new { message, code = 1001, meta = new { key } });
        if (body.ValueKind != JsonValueKind.Object)
            return [new { message = "The body is not an object", code = 1000 }];
        if (!body.TryGetProperty("title", out var title) || title.ValueKind != JsonValueKind.String || title.GetString() is "")
            Fault("title", "can't be blank");
        if (body.TryGetProperty("expires_in", out var days) && !(days.TryGetInt32(out var count) && count is >= 1 and <= 365))
            Fault("expires_in", "must be 1 to 365 days");
        if (!body.TryGetProperty(list, out var lines) || lines.ValueKind != JsonValueKind.Array || lines.GetArrayLength() == 0)
        {
            Fault(list, "can't be blank");
            return faults;
        }

        foreach (var line in lines.EnumerateArray())
        {
            if (!line.TryGetProperty("name", out var name) || name.GetString() is null or "")
                Fault(list + ".name", "can't be blank");
            if (line.TryGetProperty(measurements, out var amounts) && amounts.ValueKind != JsonValueKind.Array)
                Fault(list + "." + measurements, "must be an array");
        }

        return faults;
    }
}

/// <summary>Retailers that deliver to a postal code; none in 999xx.</summary>
public static class FakeInstacartRetailers
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
