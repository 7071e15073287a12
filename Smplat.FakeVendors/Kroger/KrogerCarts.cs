using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Smplat.FakeVendors.Hosting;

namespace Smplat.FakeVendors.Kroger;

/// <summary>One additive cart per shopper; it can be written but, as at the vendor, not read over the API.</summary>
public sealed class KrogerCarts
{
    private readonly ConcurrentDictionary<(string Shopper, string Upc), int> _lines = new();

    public IReadOnlyDictionary<string, int> Of(string shopper) =>
        _lines.Where(line => line.Key.Shopper == shopper).ToDictionary(line => line.Key.Upc, line => line.Value);

    public async Task<IResult> AddAsync(HttpContext context, KrogerGrant grant)
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
