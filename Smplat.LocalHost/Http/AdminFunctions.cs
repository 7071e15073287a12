using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Smplat.LocalHost.Invocation;

namespace Smplat.LocalHost.Http;

/// <summary>
/// <c>POST /admin/functions/NAME</c> runs a function now. In Azure it asks for the master key; here it answers only
/// callers on this machine, and only JSON, which a web page of another origin cannot send unasked.
/// </summary>
internal static class AdminFunctions
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var catalog = routes.ServiceProvider.GetRequiredService<FunctionCatalog>();
        var runner = routes.ServiceProvider.GetRequiredService<FunctionRunner>();
        routes.MapGet("/admin/functions", (RequestDelegate)(http => ListAsync(http, catalog)));
        routes.MapPost("/admin/functions/{name}", (RequestDelegate)(http => FireAsync(http, catalog, runner)));
    }

    private static Task ListAsync(HttpContext http, FunctionCatalog catalog)
    {
        if (!IsFromHere(http))
        {
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
            return Task.CompletedTask;
        }

        var functions = catalog.All.Select(function => new
        {
            name = function.Name,
            trigger = function.Method.Timer is null ? "httpTrigger" : "timerTrigger",
        });
        return http.Response.WriteAsJsonAsync(functions, http.RequestAborted);
    }

    private static async Task FireAsync(HttpContext http, FunctionCatalog catalog, FunctionRunner runner) =>
        http.Response.StatusCode = await StatusAsync(http, catalog, runner);

    private static async Task<int> StatusAsync(HttpContext http, FunctionCatalog catalog, FunctionRunner runner)
    {
        if (!IsFromHere(http))
        {
            return StatusCodes.Status403Forbidden;
        }

        if (catalog.Find((string)http.Request.RouteValues["name"]!) is not { } function)
        {
            return StatusCodes.Status404NotFound;
        }

        if (!http.Request.HasJsonContentType())
        {
            return StatusCodes.Status415UnsupportedMediaType;
        }

        if (await InputAsync(http) is not { } input)
        {
            return StatusCodes.Status400BadRequest;
        }

        runner.Fire(function, input);
        return StatusCodes.Status202Accepted;
    }

    private static async Task<string?> InputAsync(HttpContext http)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
            var root = body.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            var isGiven = root.TryGetProperty("input", out var input) && input.ValueKind == JsonValueKind.String;
            return isGiven ? input.GetString() : "";
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // The address on this side: forwarded headers do not reach it.
    private static bool IsFromHere(HttpContext http) =>
        http.Connection.LocalIpAddress is { } address && IPAddress.IsLoopback(address);
}
