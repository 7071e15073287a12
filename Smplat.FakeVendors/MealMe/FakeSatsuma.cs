using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Smplat.FakeVendors.Groceries;
using Smplat.FakeVendors.Hosting;

namespace Smplat.FakeVendors.MealMe;

/// <summary>The aggregator in its newer dialect, Satsuma.</summary>
public sealed class FakeSatsuma(TimeProvider clock) : FakeVendor("satsuma", clock)
{
    public const string ApiKey = "sk_live_smplat-fake";

    public FakeAggregatorOrders Orders { get; } = new();

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["MEALME_DIALECT"] = "satsuma_v1",
        ["MEALME_API_BASE"] = Address.GetLeftPart(UriPartial.Authority),
        ["MEALME_API_KEY"] = ApiKey,
        ["MEALME_WEBHOOK_SECRET"] = FakeMealMe.WebhookSecret,
    };

    protected override void Map(IEndpointRouteBuilder routes)
    {
        var ordering = new FakeSatsumaOrdering(Orders);
        routes.MapGet("/utility/geocode", Answer(FakeSatsumaSearch.Geocode));
        routes.MapGet("/product", Answer(FakeSatsumaSearch.Products));
        routes.MapPost("/cart", Answer(ordering.OpenCartAsync));
        routes.MapPost("/cart/{id}/item", Answer(ordering.AddItemAsync));
        routes.MapGet("/cart/{id}", Answer(ordering.FindCart));
        routes.MapPost("/order", Answer(ordering.OrderAsync));
        routes.MapGet("/order/{id}", Answer(ordering.Find));
        routes.MapPost("/order/{id}/submit", Answer(ordering.SubmitAsync));
    }

    protected override IResult? Refuse(HttpContext context) =>
        !RejectEveryone && context.Request.Headers.Authorization == ApiKey
            ? null
            : Reply.Json(new { message = "Unauthorized", statusCode = 401 }, StatusCodes.Status401Unauthorized);
}

/// <summary>Geocoding and products. No shop delivers north of 60 degrees.</summary>
public static class FakeSatsumaSearch
{
    public static IResult Geocode(HttpContext context)
    {
        var address = context.Request.Query["address"].ToString();
        if (address.Length == 0)
            return Reply.Json(new { message = "address is required", statusCode = 400 }, 400);
        var north = address.Contains(" AK ", StringComparison.Ordinal) || address.Contains(" 99", StringComparison.Ordinal);
        return Reply.Json(new
        {
            data = new { type = "Point", coordinates = north ? new[] { -147.7, 64.8 } : [-122.39181, 37.77864] },
        });
    }

    public static IResult Products(HttpContext context)
    {
        var query = context.Request.Query;
        if (!double.TryParse(query["latitude"], CultureInfo.InvariantCulture, out var latitude)
            || !double.TryParse(query["longitude"], CultureInfo.InvariantCulture, out _) || query["query"].ToString().Length == 0)
            return Reply.Json(new { message = "query, latitude and longitude are required", statusCode = 400 }, 400);
        return Reply.Json(FakeAggregatorStore.All.Where(_ => latitude <= 60).SelectMany(store =>
            GroceryCatalog.Search(query["query"].ToString(), 0).Where(store.Sells).Take(5).Select(grocery => new
            {
                id = store.ProductId(grocery),
                name = $"{grocery.Brand} {grocery.Name}",
                price = store.PriceOf(grocery),
                size = grocery.Size,
                upc = grocery.Upc,
                available = true,
                locationId = store.Id,
                merchantName = store.Name,
            })));
    }
}

/// <summary>Carts, orders (creating one quotes it) and the submit call, which places the order.</summary>
public sealed class FakeSatsumaOrdering(FakeAggregatorOrders orders)
{
    public async Task<IResult> OpenCartAsync(HttpContext context)
    {
        if (await JsonBody.ReadAsync(context) is not { } body || body.Text("user_id") is null
            || FakeAggregatorStore.Find(body.Text("location_id")) is not { } store)
            return Refuse(400, "location_id and user_id are required");
        return Reply.Json(Show(orders.OpenCart(store)), 201);
    }

    public async Task<IResult> AddItemAsync(HttpContext context)
    {
        if (orders.FindCart((string?)context.Request.RouteValues["id"]) is not { } cart)
            return Refuse(404, "Cart not found");
        if (await JsonBody.ReadAsync(context) is not { } body
            || FakeAggregatorOrders.Pick([(body.Text("product_id"), body.Number("quantity") ?? 0)]) is not var (store, lines)
            || store.Id != cart.Store.Id)
            return Refuse(400, "The product is not sold by the cart's merchant");
        cart.Add(lines);
        return Reply.Json(Show(cart), 201);
    }

    public IResult FindCart(HttpContext context) =>
        orders.FindCart((string?)context.Request.RouteValues["id"]) is { } cart
            ? Reply.Json(Show(cart))
            : Refuse(404, "Cart not found");

    public async Task<IResult> OrderAsync(HttpContext context)
    {
        if (await JsonBody.ReadAsync(context) is not { } body || FakeAggregatorStore.Find(body.Text("location_id")) is not { } store
            || !HasCustomer(body))
            return Refuse(400, "location_id, customer and items are required");
        if (FakeAggregatorOrders.Pick(body.Lines()) is not var (shop, lines) || shop.Id != store.Id)
            return Refuse(422, "An item is not available at the location");
        var order = orders.Keep(store, lines, body.Number("tip") ?? 0, null);
        order.Status = "Pending";
        return Reply.Json(Show(order), 201);
    }

    public IResult Find(HttpContext context) =>
        orders.Find((string?)context.Request.RouteValues["id"]) is { } order
            ? Reply.Json(Show(order))
            : Refuse(404, "Order not found");

    public async Task<IResult> SubmitAsync(HttpContext context)
    {
        if (orders.Find((string?)context.Request.RouteValues["id"]) is not { } order)
            return Refuse(404, "Order not found");
        var method = (await JsonBody.ReadAsync(context))?.Text("payment_method_id");
        if (method is null or "")
            return Refuse(400, "payment_method_id is required");
        if (method.Contains("declined", StringComparison.Ordinal))
            return Refuse(402, "The payment method was declined");
        if (order.Status == "Pending")
        {
            order.PaymentMethodId = method;
            order.Status = "Confirmed";
            order.TimesPlaced++;
        }

        return Reply.Json(Show(order));
    }

    private static bool HasCustomer(JsonElement body) =>
        body.TryGetProperty("customer", out var customer) && customer.Text("name") is not null
        && customer.Text("email") is not null && customer.Text("phone_number") is not null
        && customer.TryGetProperty("address", out var address) && address.Text("postal_code") is not null;

    private static object Show(FakeAggregatorCart cart) => new
    {
        id = cart.Id,
        location_id = cart.Store.Id,
        status = "Active",
        subtotal = cart.Subtotal,
        items = Show(cart.Lines),
    };

    private static object Show(FakeAggregatorOrder order) => new
    {
        data = new
        {
            id = order.Id,
            status = order.Status,
            currency = "USD",
            tip = order.Tip,
            subtotal = order.Subtotal,
            tax = order.Tax,
            total = order.Total + order.Tip,
            fees = new[]
            {
                new { type = "DeliveryFee", amount = order.DeliveryFee },
                new { type = "ServiceFee", amount = order.ServiceFee },
            },
            fee_total = order.DeliveryFee + order.ServiceFee,
            items = Show(order.Lines),
            merchant_id = "m_" + order.Store.Id[..8],
            location_id = order.Store.Id,
        },
        messages = Array.Empty<object>(),
    };

    private static IEnumerable<object> Show(IReadOnlyList<FakeAggregatorLine> lines) => lines.Select(line => (object)new
    {
        product_id = line.ProductId,
        product_name = line.Name,
        quantity = line.Quantity,
        price = line.Cents,
    });

    private static IResult Refuse(int status, string message) => Reply.Json(new { message, statusCode = status }, status);
}
