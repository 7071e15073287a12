using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Smplat.FakeVendors.Hosting;

namespace Smplat.FakeVendors.MealMe;

/// <summary>Cart, order with its final quote, and finalising, which places the order.</summary>
public sealed class MealMeOrdering(AggregatorOrders orders)
{
    public async Task<IResult> CreateCartAsync(HttpContext context)
    {
        if (await JsonBody.ReadAsync(context) is not { } body || body.Text("user_id") is null || body.Switch("pickup") is null)
            return Refuse(400, "items, pickup and user_id are required");
        if (AggregatorOrders.Pick(body.Lines()) is not var (store, lines))
            return Refuse(406, "An item is unavailable, or the items are of several stores");
        var cart = orders.OpenCart(store);
        cart.Add(lines);
        return Reply.Json(Show(cart));
    }

    public IResult RetrieveCart(HttpContext context) =>
        orders.FindCart(context.Request.Query["cart_id"]) is { } cart
            ? Reply.Json(Show(cart))
            : Refuse(404, "Unknown cart id");

    public async Task<IResult> OrderAsync(HttpContext context)
    {
        if (await JsonBody.ReadAsync(context) is not { } body || body.Switch("pickup") is not { } pickup
            || !IsCustomer(body) || (!pickup && body.Text("user_zipcode") is null))
            return Refuse(400, "items, pickup, user_id, user_name, user_email, user_phone and an address are required");
        if (AggregatorOrders.Pick(body.Lines()) is not var (store, lines))
            return Refuse(406, "An item is unavailable, or the items are of several stores");
        var order = orders.Keep(store, lines, body.Number("driver_tip_cents") ?? 100, body.Text("customer_order_id"));
        if (body.Switch("place_order") != false)
            Place(order);
        return Reply.Json(Show(order));
    }

    public async Task<IResult> FinalizeAsync(HttpContext context)
    {
        if (await JsonBody.ReadAsync(context) is not { } body || body.Text("order_id") is not { } id)
            return Refuse(400, "order_id is required");
        if (orders.Find(id) is not { } order)
            return Refuse(404, "Unknown order id");
        if (order.Status == "unplaced")
            Place(order);
        return Reply.Json(Show(order));
    }

    public IResult List(HttpContext context)
    {
        var id = context.Request.Query["order_id"].ToString();
        return Reply.Json(new { orders = orders.All.Where(order => id.Length == 0 || order.Id == id).Select(Show) });
    }

    private static void Place(AggregatorOrder order)
    {
        order.Status = "awaiting_confirmation";
        order.TimesPlaced++;
    }

    private static bool IsCustomer(JsonElement body) =>
        body.Text("user_id") is not null && body.Text("user_name") is not null && body.Text("user_email") is not null
        && body.TryGetProperty("user_phone", out var phone) && phone.ValueKind == JsonValueKind.Number;

    private static object Show(AggregatorCart cart) => new
    {
        cart_id = cart.Id,
        store_id = cart.Store.Id,
        subtotal = cart.Subtotal,
        items = Show(cart.Lines),
        quotes = new[]
        {
            Quote("standard", cart.Store.DeliveryFeeCents, cart.Store.MinMinutes + 15),
            Quote("express", cart.Store.DeliveryFeeCents + 300, cart.Store.MinMinutes),
        },
    };

    private static object Quote(string service, int fee, int minutes) => new
    {
        quote_id = service,
        service,
        delivery_fee_cents = fee,
        delivery_time_min = minutes,
        delivery_time_max = minutes + 15,
    };

    private static object Show(AggregatorOrder order) => new
    {
        order_id = order.Id,
        customer_order_id = order.CustomerOrderId,
        order_placed = order.TimesPlaced > 0,
        status = order.Status,
        store_id = order.Store.Id,
        store_name = order.Store.Name,
        subtotal = order.Subtotal,
        tracking_link = order.TimesPlaced > 0 ? $"https://tracking.mealme.example/{order.Id}" : null,
        items = Show(order.Lines),
        final_quote = new
        {
            subtotal = order.Subtotal,
            delivery_fee_cents = order.DeliveryFee,
            service_fee_cents = order.ServiceFee,
            small_order_fee_cents = 0,
            sales_tax_cents = order.Tax,
            total_without_tips = order.Total,
            tip = order.Tip,
            total_with_tip = order.Total + order.Tip,
            delivery_time_min = order.Store.MinMinutes,
            delivery_time_max = order.Store.MinMinutes + 15,
        },
    };

    private static IEnumerable<object> Show(IReadOnlyList<AggregatorLine> lines) => lines.Select(line => (object)new
    {
        product_id = line.ProductId,
        name = line.Name,
        quantity = line.Quantity,
        base_price = line.Cents,
    });

    private static IResult Refuse(int status, string error) => Reply.Json(new { error }, status);
}
