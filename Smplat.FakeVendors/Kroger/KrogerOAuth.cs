using System.Text;
using Microsoft.AspNetCore.Http;
using Smplat.FakeVendors.Hosting;

namespace Smplat.FakeVendors.Kroger;

/// <summary>The token endpoint with its three grants, and the authorise page as a redirect.</summary>
public sealed class KrogerOAuth(FakeKroger kroger)
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
