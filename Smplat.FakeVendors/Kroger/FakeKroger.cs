using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
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

    public FakeKrogerTokens Tokens { get; } = new(clock);

    public FakeKrogerProducts Products { get; } = new();

    public FakeKrogerCarts Carts { get; } = new();

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
        var oauth = new FakeKrogerOAuth(this);
        routes.MapPost("/v1/connect/oauth2/token", Answer(oauth.IssueAsync));
        routes.MapGet("/v1/connect/oauth2/authorize", Answer(oauth.Authorize));
        routes.MapMethods("/v1/locations", ["GET", "HEAD"], Asking("product.compact", FakeKrogerLocations.Search));
        routes.MapMethods("/v1/locations/{id}", ["GET", "HEAD"], Asking("product.compact", FakeKrogerLocations.Find));
        routes.MapGet("/v1/chains", Asking("product.compact", FakeKrogerLocations.Chains));
        routes.MapGet("/v1/departments", Asking("product.compact", FakeKrogerLocations.Departments));
        routes.MapGet("/v1/products", Asking("product.compact", Products.Search));
        routes.MapGet("/v1/products/{id}", Asking("product.compact", Products.Find));
        routes.MapPut("/v1/cart/add", Asking("cart.basic:write", Carts.AddAsync));
        routes.MapGet("/v1/identity/profile", Asking("profile.compact", Profile));
    }

    /// <summary>Checks the bearer token and its scope before the endpoint runs.</summary>
    private RequestDelegate Asking(string scope, Func<HttpContext, FakeKrogerGrant, Task<IResult>> endpoint) => async context =>
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

    private static Task<IResult> Profile(HttpContext context, FakeKrogerGrant grant) =>
        Task.FromResult(Reply.Json(new { data = new { id = grant.Shopper }, meta = new { } }));
}

/// <summary>The token endpoint with its three grants, and the authorise page as a redirect.</summary>
public sealed class FakeKrogerOAuth(FakeKroger kroger)
{
    public async Task<IResult> IssueAsync(HttpContext context)
    {
        if (!IsClient(context.Request.Headers.Authorization.ToString()))
            return Refuse(401, "invalid_client", "Client authentication failed");
        if (!context.Request.HasFormContentType)
            return Refuse(400, "invalid_request", "A form body is required");
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        return form["grant_type"].ToString() switch
        {
            "client_credentials" when form["scope"] != "product.compact" =>
                Refuse(400, "invalid_scope", "The requested scope is invalid"),
            "client_credentials" => Grant("product.compact", null),
            "authorization_code" => ForShopper(kroger.Tokens.TakeCode(form["code"].ToString())),
            "refresh_token" => ForShopper(kroger.Tokens.TakeRefresh(form["refresh_token"].ToString())),
            _ => Refuse(400, "unsupported_grant_type", "The grant type is not supported"),
        };
    }

    public IResult Authorize(HttpContext context)
    {
        var query = context.Request.Query;
        if (query["response_type"] != "code" || query["client_id"] != FakeKroger.ClientId)
            return Refuse(400, "invalid_request", "response_type and client_id are required");
        var code = kroger.Tokens.IssueCode("shopper-1");
        return Results.Redirect($"{query["redirect_uri"]}?code={code}&state={Uri.EscapeDataString(query["state"].ToString())}");
    }

    private bool IsClient(string header)
    {
        var expected = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{FakeKroger.ClientId}:{kroger.ClientSecret}"));
        return header == "Basic " + expected;
    }

    private IResult ForShopper(string? shopper) => shopper is null
        ? Refuse(400, "invalid_grant", "The code or refresh token is invalid")
        : Grant("cart.basic:write profile.compact product.compact", shopper);

    private IResult Grant(string scope, string? shopper) => Reply.Json(new
    {
        expires_in = kroger.Tokens.LifetimeSeconds,
        access_token = kroger.Tokens.Issue(scope, shopper),
        token_type = "bearer",
        refresh_token = shopper is null ? null : kroger.Tokens.IssueRefresh(shopper),
    });

    private static IResult Refuse(int status, string error, string description) =>
        Reply.Json(new { error, error_description = description }, status);
}

/// <summary>Access and refresh tokens with scope and expiry.</summary>
public sealed class FakeKrogerTokens(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, FakeKrogerGrant> _access = new();
    private readonly ConcurrentDictionary<string, string> _codes = new();
    private readonly ConcurrentDictionary<string, string> _refresh = new();

    /// <summary>Lifetime of a new token in seconds. At the vendor it is 1800.</summary>
    public int LifetimeSeconds { get; set; } = 1800;

    public string Issue(string scope, string? shopper = null)
    {
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        _access[token] = new FakeKrogerGrant(scope, shopper, clock.GetUtcNow().AddSeconds(LifetimeSeconds));
        return token;
    }

    public string IssueRefresh(string shopper)
    {
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        _refresh[token] = shopper;
        return token;
    }

    public string IssueCode(string shopper)
    {
        var code = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
        _codes[code] = shopper;
        return code;
    }

    public string? TakeCode(string code) => _codes.TryRemove(code, out var shopper) ? shopper : null;

    public string? TakeRefresh(string token) => _refresh.TryRemove(token, out var shopper) ? shopper : null;

    public FakeKrogerGrant? Find(string token) =>
        _access.TryGetValue(token, out var grant) && grant.ExpiresAt > clock.GetUtcNow() ? grant : null;

    /// <summary>Invalidates every issued token, as a key rotation does.</summary>
    public void ExpireAll() => _access.Clear();
}

/// <summary>What an access token allows, for whom and until when.</summary>
public sealed record FakeKrogerGrant(string Scope, string? Shopper, DateTimeOffset ExpiresAt)
{
    public bool Allows(string scope) => Scope.Split(' ').Contains(scope);
}
