using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Smplat.FakeVendors.Hosting;

namespace Smplat.FakeVendors.MealMe;

/// <summary>The aggregator in its older dialect, MealMe 4.1.</summary>
public sealed class FakeMealMe(TimeProvider clock) : FakeVendor("mealme", clock)
{
    public const string ApiKey = "mealme-fake-key";

    public const string WebhookSecret = "mealme-fake-webhook-secret";

    public AggregatorOrders Orders { get; } = new();

    /// <summary>Refuses every caller with 401, as after a revoked key.</summary>
    public bool RejectEveryone { get; set; }

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["MEALME_DIALECT"] = "mealme_v4",
        ["MEALME_API_BASE"] = Address.GetLeftPart(UriPartial.Authority),
        ["MEALME_API_KEY"] = ApiKey,
        ["MEALME_WEBHOOK_SECRET"] = WebhookSecret,
    };

    protected override void Map(IEndpointRouteBuilder routes)
    {
        var ordering = new MealMeOrdering(Orders);
        routes.MapPost("/location/geocode/v2", Answer(MealMeSearch.GeocodeAsync));
        routes.MapGet("/search/cart", Answer(MealMeSearch.Cart));
        routes.MapGet("/search/product/v4", Answer(MealMeSearch.Products));
        routes.MapGet("/search/store/v3", Answer(MealMeSearch.Stores));
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
