using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Smplat.FakeVendors.Hosting;

namespace Smplat.FakeVendors.Walmart;

/// <summary>The affiliate tier of Walmart's API: signed headers, search, items, stores, taxonomy.</summary>
public sealed class FakeWalmart(TimeProvider clock) : FakeVendor("walmart", clock)
{
    public const string ConsumerId = "b3e6f0a2-8c55-4c8e-9a64-2f1d4f7c9a10";

    private const string Root = "/api-proxy/service/affil/product/v2";

    private readonly RSA _key = RSA.Create(2048);

    public WalmartItems Items { get; } = new();

    public WalmartStores Stores { get; } = new();

    /// <summary>The private half, as it would stand in the partner's setting.</summary>
    public string PrivateKey => Convert.ToBase64String(_key.ExportPkcs8PrivateKey());

    /// <summary>Refuses every caller with 401, as after a revoked key.</summary>
    public bool RejectEveryone { get; set; }

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
        routes.MapGet(Root + "/taxonomy", Answer(WalmartItems.Taxonomy));
        routes.MapGet("/cart/addToCart", Answer(Items.HandOff));
    }

    protected override IResult? Refuse(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments(Root, StringComparison.Ordinal))
            return null;
        var fault = RejectEveryone
            ? "consumer is not authorized"
            : WalmartSignature.FaultOf(context.Request.Headers, ConsumerId, _key, Clock.GetUtcNow());
        return fault is null
            ? null
            : Reply.Json(new { errors = new[] { new { code = 4010, message = fault } } }, StatusCodes.Status401Unauthorized);
    }
}
