using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Smplat.FakeVendors.Hosting;

/// <summary>
/// A fake of one outside HTTP API on its own loopback port: real paths and wire formats, faults on demand, every call recorded.
/// </summary>
public abstract class FakeVendor(string name, TimeProvider clock) : IAsyncDisposable
{
    private readonly CancellationTokenSource _closing = new();
    private WebApplication? _app;

    /// <summary>The vendor's name in the control routes and in the list at start-up.</summary>
    public string Name => name;

    /// <summary>The faults to inject, and how often.</summary>
    public FaultPlan Faults { get; } = new();

    /// <summary>Every request since the start, with the status of its answer.</summary>
    public CallRecorder Calls { get; } = new();

    /// <summary>Scheme, host and port; the paths below it are the vendor's.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    /// <summary>Settings with which the app calls this vendor through its real client.</summary>
    public abstract IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>Refuses every caller, as after a revoked key.</summary>
    public bool RejectEveryone { get; set; }

    protected TimeProvider Clock => clock;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Smplat.FakeVendors" });
        builder.Logging.ClearProviders();
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MinResponseDataRate = null;
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMilliseconds(200));
        _app = builder.Build();
        _app.UseRouting();
        _app.Use(AnswerAsync);
        FakeControl.Map(_app, this);
        Map(_app);
        await _app.StartAsync(cancellationToken);
        var addresses = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        Address = new Uri(addresses.Addresses.Single());
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _closing.CancelAsync();
        if (_app is not null)
        {
            await _app.StopAsync(CancellationToken.None);
            await _app.DisposeAsync();
        }

        _closing.Dispose();
    }

    /// <summary>Invalidates every issued token; false when the vendor issues none.</summary>
    public virtual bool ExpireTokens() => false;

    protected abstract void Map(IEndpointRouteBuilder routes);

    protected static RequestDelegate Answer(Func<HttpContext, Task<IResult>> endpoint) =>
        async context => await (await endpoint(context)).ExecuteAsync(context);

    protected static RequestDelegate Answer(Func<HttpContext, IResult> endpoint) =>
        context => endpoint(context).ExecuteAsync(context);

    /// <summary>The vendor's refusal of the request, or null to pass it to its endpoint.</summary>
    protected virtual IResult? Refuse(HttpContext context) => null;

    private async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        if (FakeControl.Owns(context.Request.Path))
        {
            await next(context);
            return;
        }

        var call = await Calls.TakeAsync(context, clock.GetUtcNow());
        var fault = Faults.Take(context.Request.Path, context.Request.QueryString);
        try
        {
            await FaultInjection.RunAsync(context, fault, () => ServeAsync(context, next), _closing.Token);
            call.Status = context.Response.StatusCode;
        }
        finally
        {
            Calls.Finish(call);
        }
    }

    private Task ServeAsync(HttpContext context, RequestDelegate next) =>
        Refuse(context) is { } refusal ? refusal.ExecuteAsync(context) : next(context);
}

/// <summary>
/// Fault injection over HTTP, for manual use: <c>PUT /fake/faults {"kind":"hang"}</c>, <c>DELETE /fake/faults</c>,
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

        var requested = await ReadAsync(context);
        if (requested?.Kind == FaultRequest.ExpiredToken && vendor.ExpireTokens())
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        if (requested?.ToFault() is not { } fault || requested.Times <= 0)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsync("kind: " + FaultRequest.Kinds + "\n", context.RequestAborted);
            return;
        }

        if (requested.Times is { } times)
            vendor.Faults.Next(fault, times, requested.Path ?? "/");
        else
            vendor.Faults.Always(fault, requested.Path ?? "/");
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task<FaultRequest?> ReadAsync(HttpContext context)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync<FaultRequest>(
                context.Request.Body, JsonSerializerOptions.Web, context.RequestAborted);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record FaultRequest(
        string? Kind, string? Path, int? Times, int? DelayMs, int? RetryAfter, int? Status, bool? AfterHeaders)
    {
        public const string ExpiredToken = "expired-token";

        public const string Kinds = "latency, 429, status, revoked-key, expired-token (Kroger), malformed, odd, drip, flood, drop, lost-answer, hang";

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
            "lost-answer" => new Fault.LostAnswer(),
            "hang" => new Fault.Hang(),
            _ => null,
        };
    }
}

/// <summary>Answers in JSON with names exactly as in the caller's anonymous types.</summary>
public static class Reply
{
    private static readonly JsonSerializerOptions AsWritten = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static IResult Json(object body, int status = 200) =>
        Results.Text(JsonSerializer.Serialize(body, AsWritten), "application/json", statusCode: status);

    public static IResult Empty(int status) => Results.StatusCode(status);

    public static IResult Page(string html) => Results.Content(html, "text/html");
}
