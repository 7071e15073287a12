using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Smplat.FakeVendors.Hosting;

namespace Smplat.FakeVendors.Instacart;

/// <summary>The Instacart Developer Platform: shopping-list and recipe links, retailers. It quotes no price.</summary>
public sealed class FakeInstacart(TimeProvider clock) : FakeVendor("instacart", clock)
{
    public const string ApiKey = "keys.0123456789abcdef0123456789abcdef";

    private InstacartLinks? _links;

    public InstacartLinks Links => _links ??= new InstacartLinks(() => Address);

    /// <summary>Refuses every caller with 403, as after a revoked key.</summary>
    public bool RejectEveryone { get; set; }

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["INSTACART_BASE_URL"] = Address.GetLeftPart(UriPartial.Authority),
        ["INSTACART_API_KEY"] = ApiKey,
    };

    protected override void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/idp/v1/products/products_link", Answer(Links.ShoppingListAsync));
        routes.MapPost("/idp/v1/products/recipe", Answer(Links.RecipeAsync));
        routes.MapGet("/idp/v1/retailers", Answer(InstacartRetailers.Search));
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
