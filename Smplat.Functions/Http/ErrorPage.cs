using System.Text;
using Microsoft.AspNetCore.Http;

namespace Smplat.Functions.Http;

/// <summary>Error answers of routes that people open in a browser: a page instead of JSON.</summary>
internal static class ErrorPage
{
    internal static bool IsFor(PathString path) => path.StartsWithSegments("/ops", StringComparison.OrdinalIgnoreCase);

    internal static Task WriteAsync(HttpContext http, int status, string message)
    {
        var page = Markup.Of(
            $"""
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{status}</title></head>
            <body><main><h1>{status}</h1><p>{message}</p><p>Trace <code>{ErrorBody.TraceId()}</code></p><p><a href="/ops">Overview</a></p></main></body>
            </html>
            """);
        var bytes = Encoding.UTF8.GetBytes(page.ToString());
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.ContentLength = bytes.Length;
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        http.Response.Headers.CacheControl = "no-store";
        return http.Response.Body.WriteAsync(bytes, http.RequestAborted).AsTask();
    }
}
