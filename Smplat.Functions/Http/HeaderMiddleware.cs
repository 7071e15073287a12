using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Options;

namespace Smplat.Functions.Http;

/// <summary>Adds security headers to every answer of the worker, and CORS headers where the contract has them.</summary>
public sealed class HeaderMiddleware(IOptionsMonitor<HttpOptions> options) : IFunctionsWorkerMiddleware
{
    internal const string AllowedHeaders = "authorization, x-client-info, apikey, content-type, x-api-key, idempotency-key";

    private const string ApiPolicy =
        "default-src 'self'; script-src 'self' 'unsafe-inline' https://cdn.jsdelivr.net; "
        + "style-src 'self' 'unsafe-inline' https://fonts.googleapis.com; font-src 'self' https://fonts.gstatic.com; "
        + "img-src 'self' data: https:; connect-src 'self' https:";

    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is { } http)
        {
            AddSecurity(http.Response.Headers);
            AddCors(http);
        }

        return next(context);
    }

    private static void AddSecurity(IHeaderDictionary headers)
    {
        headers.XFrameOptions = "DENY";
        headers.XContentTypeOptions = "nosniff";
        headers.XXSSProtection = "1; mode=block";
        headers.ContentSecurityPolicy = ApiPolicy;
        headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains; preload";
        headers["Referrer-Policy"] = "strict-origin-when-cross-origin";
        headers["Permissions-Policy"] = "geolocation=(), microphone=(), camera=(), payment=()";
    }

    private void AddCors(HttpContext http)
    {
        if (ErrorBody.IsCommerce(http.Request.Path))
        {
            Allow(http.Response.Headers, "*", "POST, OPTIONS");
            return;
        }

        var origin = http.Request.Headers.Origin.ToString();
        if (origin.Length > 0 && options.CurrentValue.CorsOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase))
        {
            Allow(http.Response.Headers, origin, "GET, POST, PUT, PATCH, DELETE, OPTIONS");
            http.Response.Headers.Vary = "Origin";
        }
    }

    private static void Allow(IHeaderDictionary headers, string origin, string methods)
    {
        headers.AccessControlAllowOrigin = origin;
        headers.AccessControlAllowHeaders = AllowedHeaders;
        headers.AccessControlAllowMethods = methods;
    }
}
