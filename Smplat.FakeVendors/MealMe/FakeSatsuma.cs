using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Smplat.FakeVendors.Hosting;

namespace Smplat.FakeVendors.MealMe;

/// <summary>The aggregator in its newer dialect, Satsuma.</summary>
public sealed class FakeSatsuma(TimeProvider clock) : FakeVendor("satsuma", clock)
{
    public const string ApiKey = "sk_live_smplat-fake";

    public AggregatorOrders Orders { get; } = new();

    /// <summary>Refuses every caller with 401, as after a revoked key.</summary>
    public bool RejectEveryone { get; set; }

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["MEALME_DIALECT"] = "satsuma_v1",
        ["MEALME_API_BASE"] = Address.GetLeftPart(UriPartial.Authority),
        ["MEALME_API_KEY"] = ApiKey,
        ["MEALME_WEBHOOK_SECRET"] = FakeMealMe.WebhookSecret,
    };

    protected override void Map(IEndpointRouteBuilder routes)
    {
        var ordering = new SatsumaOrdering(Orders);
        routes.MapGet("/utility/geocode", Answer(SatsumaSearch.Geocode));
        routes.MapGet("/product", Answer(SatsumaSearch.Products));
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
