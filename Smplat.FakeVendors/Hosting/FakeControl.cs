using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Smplat.FakeVendors.Hosting;

/// <summary>
/// The switches over HTTP, for play by hand: <c>PUT /fake/faults {"kind":"hang"}</c>, <c>DELETE /fake/faults</c>,
/// <c>GET /fake/calls</c>.
/// </summary>
public static class FakeControl
{
    private const string Prefix = "/fake";

    public static bool Owns(PathString path) => path.StartsWithSegments(Prefix, StringComparison.OrdinalIgnoreCase);

    public static void Map(IEndpointRouteBuilder routes, FakeVendor vendor)
    {
        routes.Map(Prefix + "/faults", context => SwitchAsync(context, vendor));
        routes.Map(Prefix + "/calls", async context =>
        {
            foreach (var call in vendor.Calls.All)
                await context.Response.WriteAsync($"{call.At:O} {call}\n", context.RequestAborted);
        });
    }

    private static async Task SwitchAsync(HttpContext context, FakeVendor vendor)
    {
        if (HttpMethods.IsDelete(context.Request.Method))
        {
            vendor.Faults.Clear();
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        var wish = await ReadAsync(context);
        if (wish?.Kind == FaultWish.ExpiredToken && vendor.ExpireTokens())
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        if (wish?.ToFault() is not { } fault || wish.Times <= 0)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsync("kind: " + FaultWish.Kinds + "\n", context.RequestAborted);
            return;
        }

        if (wish.Times is { } times)
            vendor.Faults.Next(fault, times, wish.Path ?? "/");
        else
            vendor.Faults.Always(fault, wish.Path ?? "/");
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task<FaultWish?> ReadAsync(HttpContext context)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync<FaultWish>(
                context.Request.Body, JsonSerializerOptions.Web, context.RequestAborted);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record FaultWish(
        string? Kind, string? Path, int? Times, int? DelayMs, int? RetryAfter, int? Status, bool? AfterHeaders)
    {
        public const string ExpiredToken = "expired-token";

        public const string Kinds = "latency, 429, status, revoked-key, expired-token (Kroger), malformed, odd, drip, flood, drop, hang";

        public Fault? ToFault() => Kind switch
        {
            "latency" => new Fault.Latency(TimeSpan.FromMilliseconds(DelayMs ?? 2000)),
            "429" => new Fault.TooManyRequests(RetryAfter),
            "status" => new Fault.Status(Status ?? 503),
            "revoked-key" => new Fault.Status(401, """{"error":"invalid_client"}"""),
            "flood" => new Fault.Flood(64 * 1024 * 1024),
            "malformed" => new Fault.MalformedJson(),
            "odd" => new Fault.OddJson(),
            "drip" => new Fault.SlowDrip(16, TimeSpan.FromMilliseconds(DelayMs ?? 100)),
            "drop" => new Fault.ConnectionDrop(AfterHeaders ?? false),
            "hang" => new Fault.Hang(),
            _ => null,
        };
    }
}
