using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Smplat.FakeVendors.Hosting;

namespace Smplat.FakeVendors.Instacart;

/// <summary>Makes link pages out of lists and recipes, as strict about the body as the vendor's page says.</summary>
public sealed class InstacartLinks(Func<Uri> address)
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
