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
        routes.Map(Prefix + "/faults", async context =>
        {
            if (HttpMethods.IsDelete(context.Request.Method))
            {
                vendor.Faults.Clear();
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                return;
            }

            var wish = await JsonSerializer.DeserializeAsync<FaultWish>(
                context.Request.Body, JsonSerializerOptions.Web, context.RequestAborted);
            if (wish?.ToFault() is not { } fault)
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
        });
        routes.Map(Prefix + "/calls", async context =>
        {
            foreach (var call in vendor.Calls.All)
                await context.Response.WriteAsync($"{call.At:O} {call}\n", context.RequestAborted);
        });
    }

    private sealed record FaultWish(
        string? Kind, string? Path, int? Times, int? DelayMs, int? RetryAfter, int? Status, bool? AfterHeaders)
    {
        public const string Kinds = "latency, 429, status, malformed, odd, drip, drop, hang";

        public Fault? ToFault() => Kind switch
        {
            "latency" => new Fault.Latency(TimeSpan.FromMilliseconds(DelayMs ?? 2000)),
            "429" => new Fault.TooManyRequests(RetryAfter),
            "status" => new Fault.Status(Status ?? 503),
            "malformed" => new Fault.MalformedJson(),
            "odd" => new Fault.OddJson(),
            "drip" => new Fault.SlowDrip(16, TimeSpan.FromMilliseconds(DelayMs ?? 100)),
            "drop" => new Fault.ConnectionDrop(AfterHeaders ?? false),
            "hang" => new Fault.Hang(),
            _ => null,
        };
    }
}
