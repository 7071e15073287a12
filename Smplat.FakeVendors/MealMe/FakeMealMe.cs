using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Smplat.FakeVendors.Groceries;
using Smplat.FakeVendors.Hosting;

namespace Smplat.FakeVendors.MealMe;

/// <summary>The aggregator in its older dialect, MealMe 4.1.</summary>
public sealed class FakeMealMe(TimeProvider clock) : FakeVendor("mealme", clock)
{
    public const string ApiKey = "mealme-fake-key";

    public const string WebhookSecret = "mealme-fake-webhook-secret";

    public FakeAggregatorOrders Orders { get; } = new();

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["MEALME_DIALECT"] = "mealme_v4",
        ["MEALME_API_BASE"] = Address.GetLeftPart(UriPartial.Authority),
        ["MEALME_API_KEY"] = ApiKey,
        ["MEALME_WEBHOOK_SECRET"] = WebhookSecret,
    };

    protected override void Map(IEndpointRouteBuilder routes)
    {
        var ordering = new FakeMealMeOrdering(Orders);
        routes.MapPost("/location/geocode/v2", Answer(FakeMealMeSearch.GeocodeAsync));
        routes.MapGet("/search/cart", Answer(FakeMealMeSearch.Cart));
        routes.MapGet("/search/product/v4", Answer(FakeMealMeSearch.Products));
        routes.MapGet("/search/store/v3", Answer(FakeMealMeSearch.Stores));
        routes.MapPost("/cart/create", Answer(ordering.CreateCartAsync));
        routes.MapGet("/cart/retrieve/v2", Answer(ordering.RetrieveCart));
        routes.MapPost("/order/order/v4", Answer(ordering.OrderAsync));
        routes.MapPost("/order/finalize", Answer(ordering.FinalizeAsync));
        routes.MapGet("/account/orders", Answer(ordering.List));
    }

    protected override IResult? Refuse(HttpContext context) =>
        !RejectEveryone && context.Request.Headers.Authorization == ApiKey
            ? null
            : Reply.Json(new { error = "Missing Authorization" }, StatusCodes.Status401Unauthorized);
}

/// <summary>Geocoding and the three searches. No shop delivers north of 60 degrees.</summary>
public static class FakeMealMeSearch
{
    public static async Task<IResult> GeocodeAsync(HttpContext context)
    {
        if (await JsonBody.ReadAsync(context) is not { } body || body.Text("zipcode") is not { Length: >= 5 } zip)
            return Invalid("zipcode is required");
        var north = zip.StartsWith("99", StringComparison.Ordinal);
        return Reply.Json(new { latitude = north ? 64.8 : 37.77864, longitude = north ? -147.7 : -122.39181 });
    }

    /// <summary>One cart per shop that has any of the products; the query is a JSON map of product text to quantity.</summary>
    public static IResult Cart(HttpContext context)
    {
        if (Place(context, "user_latitude", "user_longitude") is not { } latitude)
            return Invalid("user_latitude and user_longitude are required");
        Dictionary<string, decimal>? wanted;
        try
        {
            wanted = JsonSerializer.Deserialize<Dictionary<string, decimal>>(context.Request.Query["query"].ToString());
        }
        catch (JsonException)
        {
            wanted = null;
        }

        if (wanted is not { Count: > 0 })
            return Invalid("query must be a JSON map of product to quantity");
        var carts = FakeAggregatorStore.All.Where(_ => latitude <= 60).Select(store => new
        {
            store_id = store.Id,
            store = Show(store),
            items = wanted.Select(wish => new
            {
                query = wish.Key,
                quantity = wish.Value,
                results = GroceryCatalog.Search(wish.Key, 0).Where(store.Sells).Take(5).Select(grocery => Show(store, grocery)),
            }),
        });
        return Reply.Json(new { carts });
    }

    public static IResult Products(HttpContext context)
    {
        if (Place(context, "user_latitude", "user_longitude") is not { } latitude)
            return Invalid("user_latitude and user_longitude are required");
        var query = context.Request.Query["query"].ToString();
        return Reply.Json(new
        {
            products = FakeAggregatorStore.All.Where(_ => latitude <= 60).SelectMany(store =>
                GroceryCatalog.Search(query, 0).Where(store.Sells).Take(5).Select(grocery => Show(store, grocery))),
        });
    }

    public static IResult Stores(HttpContext context)
    {
        if (Place(context, "latitude", "longitude") is not { } latitude)
            return Invalid("latitude and longitude are required");
        var query = context.Request.Query["query"].ToString();
        return Reply.Json(new
        {
            stores = FakeAggregatorStore.All
                .Where(store => latitude <= 60 && store.Name.Contains(query, StringComparison.OrdinalIgnoreCase))
                .Select(Show),
        });
    }

    private static object Show(FakeAggregatorStore store) => new
    {
        _id = store.Id,
        name = store.Name,
        address = new { street_addr = store.Street, city = "San Francisco", state = "CA", zipcode = "94107", country = "US" },
        type = "grocery",
        is_open = true,
        miles = store.Miles,
        phone_number = 14155550123L,
    };

    private static object Show(FakeAggregatorStore store, Grocery grocery) => new
    {
        product_id = store.ProductId(grocery),
        name = $"{grocery.Brand} {grocery.Name}",
        price = store.PriceOf(grocery),
        unit_size = grocery.Size,
        upc = grocery.Upc,
        is_available = true,
        store_id = store.Id,
        store_name = store.Name,
        menu_id = store.Id,
    };

    private static double? Place(HttpContext context, string latitude, string longitude) =>
        double.TryParse(context.Request.Query[latitude], CultureInfo.InvariantCulture, out var north)
        && double.TryParse(context.Request.Query[longitude], CultureInfo.InvariantCulture, out _)
            ? north
            : null;

    private static IResult Invalid(string error) => Reply.Json(new { error }, 400);
}

/// <summary>Cart, order with its final quote, and the finalize call, which places the order.</summary>
public sealed class FakeMealMeOrdering(FakeAggregatorOrders orders)
{
    public async Task<IResult> CreateCartAsync(HttpContext context)
    {
        if (await JsonBody.ReadAsync(context) is not { } body || body.Text("user_id") is null || body.Switch("pickup") is null)
            return Refuse(400, "items, pickup and user_id are required");
        if (FakeAggregatorOrders.Pick(body.Lines()) is not var (store, lines))
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
        if (FakeAggregatorOrders.Pick(body.Lines()) is not var (store, lines))
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

    private static void Place(FakeAggregatorOrder order)
    {
        order.Status = "awaiting_confirmation";
        order.TimesPlaced++;
    }

    private static bool IsCustomer(JsonElement body) =>
        body.Text("user_id") is not null && body.Text("user_name") is not null && body.Text("user_email") is not null
        && body.TryGetProperty("user_phone", out var phone) && phone.ValueKind == JsonValueKind.Number;

    private static object Show(FakeAggregatorCart cart) => new
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

    private static object Show(FakeAggregatorOrder order) => new
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

    private static IEnumerable<object> Show(IReadOnlyList<FakeAggregatorLine> lines) => lines.Select(line => (object)new
    {
        product_id = line.ProductId,
        name = line.Name,
        quantity = line.Quantity,
        base_price = line.Cents,
    });

    private static IResult Refuse(int status, string error) => Reply.Json(new { error }, status);
}
