using System.Text.Json;

namespace Smplat.Cli.Commands.Smoke;

/// <summary>Whether a shopper gets as far as an order.</summary>
internal static class CheckoutSmoke
{
    internal static async Task RunAsync(ISmokeTarget target, SmokeReport report, CancellationToken cancellationToken)
    {
        target.RequireKey();
        var health = await target.GetAsync("/healthz", cancellationToken);
        report.Check(health.TryGetProperty("status", out var status) && status.GetString() == "ok", "/healthz says ok");

        var product = await FindProductAsync(target, report, cancellationToken);
        var price = product.GetProperty("basePrice").GetDecimal();
        report.Check(price > 0, "the product has a price");

        var order = await target.PlaceOrderAsync(
            new
            {
                items = new[]
                {
                    new
                    {
                        product_id = product.GetProperty("id").GetString(),
                        product_title = product.GetProperty("title").GetString(),
                        quantity = 1,
                        unit_price = price,
                        total_price = price,
                    },
                },
                currency = product.GetProperty("currency").GetString(),
                source = "checkout",
                notes = "smoke check",
            },
            cancellationToken);
        report.HasMembers(order, "order", "order_number", "items");
        report.HasMembers(order.GetProperty("items")[0], "its item", "product_title");

        var payments = await target.GetAsync("/api/v1/payments/observability", cancellationToken);
        report.HasMembers(payments, "payment observability", "checkout", "webhooks");
        report.HasMembers(payments.GetProperty("checkout").GetProperty("totals"), "checkout totals", "succeeded");
    }

    private static async Task<JsonElement> FindProductAsync(
        ISmokeTarget target, SmokeReport report, CancellationToken cancellationToken)
    {
        var products = await target.GetAsync("/api/v1/products/", cancellationToken);
        report.Check(products.ValueKind == JsonValueKind.Array && products.GetArrayLength() > 0, "there are products");
        JsonElement[] active = [.. products.EnumerateArray().Where(product => product.GetProperty("status").GetString() == "active")];
        report.Check(active.Length > 0, "one of them is active");
        report.HasMembers(active[0], "it", "id", "slug", "title", "basePrice", "currency");

        var slug = active[0].GetProperty("slug").GetString()!;
        var product = await target.GetAsync($"/api/v1/products/{Uri.EscapeDataString(slug)}", cancellationToken);
        report.Check(
            product.ValueKind == JsonValueKind.Object && product.GetProperty("slug").GetString() == slug, $"{slug} is found by its slug");
        return product;
    }
}
