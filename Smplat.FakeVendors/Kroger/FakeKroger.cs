using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Smplat.FakeVendors.Hosting;

namespace Smplat.FakeVendors.Kroger;

/// <summary>The public tier of Kroger's API: OAuth2, locations, products, cart.</summary>
public sealed class FakeKroger(TimeProvider clock) : FakeVendor("kroger", clock)
{
    public const string ClientId = "smplat-fake-client";

    public string ClientSecret { get; set; } = "smplat-fake-secret";

    public KrogerTokens Tokens { get; } = new(clock);

    public KrogerProducts Products { get; } = new();

    public KrogerCarts Carts { get; } = new();

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["KROGER_BASE_URL"] = new Uri(Address, "v1").ToString(),
        ["KROGER_CLIENT_ID"] = ClientId,
        ["KROGER_CLIENT_SECRET"] = ClientSecret,
    };

    public override bool ExpireTokens()
    {
        Tokens.ExpireAll();
        return true;
    }

    protected override void Map(IEndpointRouteBuilder routes)
    {
        var oauth = new KrogerOAuth(this);
        routes.MapPost("/v1/connect/oauth2/token", Answer(oauth.IssueAsync));
        routes.MapGet("/v1/connect/oauth2/authorize", Answer(oauth.Authorize));
        routes.MapMethods("/v1/locations", ["GET", "HEAD"], Asking("product.compact", KrogerLocations.Search));
        routes.MapMethods("/v1/locations/{id}", ["GET", "HEAD"], Asking("product.compact", KrogerLocations.Find));
        routes.MapGet("/v1/chains", Asking("product.compact", KrogerLocations.Chains));
        routes.MapGet("/v1/departments", Asking("product.compact", KrogerLocations.Departments));
        routes.MapGet("/v1/products", Asking("product.compact", Products.Search));
        routes.MapGet("/v1/products/{id}", Asking("product.compact", Products.Find));
        routes.MapPut("/v1/cart/add", Asking("cart.basic:write", Carts.AddAsync));
        routes.MapGet("/v1/identity/profile", Asking("profile.compact", Profile));
    }

    /// <summary>Checks the bearer token and its scope before the endpoint runs.</summary>
    private RequestDelegate Asking(string scope, Func<HttpContext, KrogerGrant, Task<IResult>> endpoint) => async context =>
    {
        var header = context.Request.Headers.Authorization.ToString();
        var token = header.StartsWith("Bearer ", StringComparison.Ordinal) ? header[7..] : "";
        var answer = Tokens.Find(token) switch
        {
            null => Reply.Json(new { error = "invalid_token", error_description = "The access token is invalid or has expired" }, 401),
            var grant when !grant.Allows(scope) => Reply.Json(new { error = "insufficient_scope", error_description = scope }, 403),
            var grant => await endpoint(context, grant),
        };
        await answer.ExecuteAsync(context);
    };

    private RequestDelegate Asking(string scope, Func<HttpContext, IResult> endpoint) =>
        Asking(scope, (context, _) => Task.FromResult(endpoint(context)));

    private static Task<IResult> Profile(HttpContext context, KrogerGrant grant) =>
        Task.FromResult(Reply.Json(new { data = new { id = grant.Shopper }, meta = new { } }));
}
