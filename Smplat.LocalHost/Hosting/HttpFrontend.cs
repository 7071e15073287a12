using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Smplat.LocalHost.Hosting.Rpc;
using Yarp.ReverseProxy.Forwarder;

namespace Smplat.LocalHost.Hosting;

/// <summary>
/// The HTTP server for callers. A request to a function is streamed to the worker and back while the invocation goes over
/// gRPC; both carry the same id. Unknown paths, and known paths with another method, return 404 without a body, as in the
/// official host.
/// </summary>
internal sealed class HttpFrontend : IAsyncDisposable
{
    private const string InvocationIdHeader = "x-ms-invocation-id";
    private const long PlatformBodyLimit = 104_857_600;

    /// <summary>How long a request waits for a worker that is being replaced.</summary>
    private static readonly TimeSpan WorkerWait = TimeSpan.FromSeconds(60);

    private static readonly ForwarderRequestConfig Forwarding = new()
    {
        ActivityTimeout = TimeSpan.FromSeconds(240),
        Version = HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        AllowResponseBuffering = false,
    };

    private readonly FunctionsHostOptions _options;
    private readonly Func<CancellationToken, Task<WorkerSession>> _session;
    private readonly FunctionEndpoints _endpoints = new();
    private readonly WebApplication _web;
    private readonly IHttpForwarder _forwarder;
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        // Trace headers of the caller are forwarded unchanged; the host's trace context goes over gRPC.
        ActivityHeadersPropagator = null,
        ConnectTimeout = TimeSpan.FromSeconds(15),
    });

    /// <param name="session">Returns the current worker; waits while there is none.</param>
    public HttpFrontend(FunctionsHostOptions options, Func<CancellationToken, Task<WorkerSession>> session)
    {
        (_options, _session) = (options, session);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = PlatformBodyLimit;
            Listen(kestrel);
        });
        builder.Logging.ClearProviders();
        builder.Services.AddRouting();
        builder.Services.AddHttpForwarder();
        _web = builder.Build();
        _forwarder = _web.Services.GetRequiredService<IHttpForwarder>();
        _web.UseRouting();
        _web.Use(next => http => http.GetEndpoint() is RouteEndpoint ? next(http) : SetStatusAsync(http, StatusCodes.Status404NotFound));
        MapAdministration();
        ((IEndpointRouteBuilder)_web).DataSources.Add(_endpoints);
    }

    /// <summary>The listen address, once started.</summary>
    public Uri Address { get; private set; } = null!;

    /// <exception cref="LocalStartException">The port is in use.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _web.StartAsync(cancellationToken);
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            throw new LocalStartException($"Port {_options.Port} is in use.", exception);
        }

        var addresses = _web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        Address = new Uri(addresses.Addresses.First());
    }

    /// <summary>Replaces the served functions.</summary>
    public void Serve(FunctionCatalog catalog, bool showsHomePage)
    {
        var endpoints = new List<Endpoint>();
        foreach (var function in catalog.Http.Where(function => !function.IsDisabled))
        {
            // The official host uses the first match by name, so the endpoint order matters.
            var endpoint = new RouteEndpointBuilder(http => HandleAsync(http, function), RoutePatternFactory.Parse(function.Http!.Template), endpoints.Count)
            {
                DisplayName = function.Name,
            };
            if (function.Http.Methods.Count > 0)
            {
                endpoint.Metadata.Add(new HttpMethodMetadata(function.Http.Methods));
            }

            endpoints.Add(endpoint.Build());
        }

        endpoints.Add(HomePage(showsHomePage, endpoints.Count));
        _endpoints.Replace(endpoints);
    }

    /// <summary>Accepts no more requests and waits for running ones until the token is cancelled.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _web.StopAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        _endpoints.Dispose();
        _client.Dispose();
    }

    private void Listen(KestrelServerOptions kestrel)
    {
        if (_options.BindAddress is { } address)
        {
            kestrel.Listen(address, _options.Port);
        }
        else if (_options.Port == 0)
        {
            // Kestrel cannot bind the same free port on two addresses.
            kestrel.Listen(IPAddress.Loopback, 0);
        }
        else
        {
            kestrel.ListenLocalhost(_options.Port);
        }
    }

    private async Task HandleAsync(HttpContext http, FunctionEntry served)
    {
        var began = Stopwatch.GetTimestamp();
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        wait.CancelAfter(WorkerWait);
        WorkerSession session;
        try
        {
            session = await _session(wait.Token);
        }
        catch (Exception unavailable) when (unavailable is OperationCanceledException or LocalStartException)
        {
            await SetStatusAsync(http, StatusCodes.Status503ServiceUnavailable);
            return;
        }

        // A restart may have changed the app, so look the function up in the current worker.
        if (session.Catalog.Find(served.Name) is not { IsDisabled: false, Http: not null } function || session.HttpAddress is not { } worker)
        {
            await SetStatusAsync(http, StatusCodes.Status404NotFound);
            return;
        }

        await ForwardAsync(http, session, function, worker);
        _options.Log.Request(http.Request.Method, http.Request.Path, http.Response.StatusCode, Stopwatch.GetElapsedTime(began), function.Name);
    }

    private async Task ForwardAsync(HttpContext http, WorkerSession session, FunctionEntry function, Uri worker)
    {
        var request = InvocationOf(http, function);
        using var failed = new CancellationTokenSource();

        // First the request, then the invocation: in this order the worker waits longer for the second part.
        var forwarding = _forwarder.SendAsync(
            http, worker.GetLeftPart(UriPartial.Authority), _client, Forwarding, new Transformer(request.InvocationId), failed.Token);
        var invocation = ObserveAsync(session, function, request, failed);

        // Only now, because the worker would ignore a cancellation that arrives before the invocation.
        await using var left = http.RequestAborted.Register(() => session.Cancel(request.InvocationId));
        if (await forwarding != ForwarderError.None && !http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested)
        {
            http.Response.Clear();
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }

        // The response is sent; do not wait for the result of the invocation.
        _ = invocation;
    }

    /// <summary>Observes the invocation. When the worker exits or hangs, the waiting request fails too.</summary>
    private async Task ObserveAsync(WorkerSession session, FunctionEntry function, InvocationRequest request, CancellationTokenSource failed)
    {
        try
        {
            session.Report(function, await session.InvokeAsync(function, request));
        }
        catch (WorkerFailureException failure)
        {
            _options.Log.Error($"{function.Name} failed: {failure.Message}");
            try
            {
                await failed.CancelAsync();
            }
            catch (ObjectDisposedException)
            {
                // The response was already sent.
            }
        }
    }

    private static InvocationRequest InvocationOf(HttpContext http, FunctionEntry function)
    {
        var headers = http.Request.Headers;
        var isTraced = ActivityContext.TryParse(headers.TraceParent, headers.TraceState, out _);
        var request = WorkerSession.Request(
            function, isTraced ? headers.TraceParent.ToString() : null, isTraced ? headers.TraceState.ToString() : null);
        request.InputData.Add(new ParameterBinding { Name = function.TriggerName, Data = new TypedData { Http = new RpcHttp() } });
        foreach (var (name, value) in http.Request.RouteValues)
        {
            if (value is string text)
            {
                request.TriggerMetadata[name] = new TypedData { String = text };
            }
        }

        return request;
    }

    /// <summary>
    /// The platform's admin routes. The platform requires the master key; here they accept only callers on this machine, and
    /// only JSON, which a web page of another origin cannot send without a CORS preflight.
    /// </summary>
    private void MapAdministration()
    {
        var admin = _web.MapGroup("/admin").AddEndpointFilter(async (context, next) => IsLocal(context.HttpContext)
            ? await next(context)
            : Results.StatusCode(StatusCodes.Status401Unauthorized));
        admin.MapMethods("/host/ping", [HttpMethods.Get, HttpMethods.Post], () => Results.Ok());
        admin.MapGet("/host/status", () => Results.Json(new { state = "Running", version = FunctionsHostOptions.Version, processUptime = Environment.TickCount64 }));
        admin.MapGet("/functions", async (CancellationToken cancellationToken) =>
        {
            var session = await _session(cancellationToken);
            return Results.Json(session.Catalog.All.Select(function => new { name = function.Name, trigger = function.TriggerType, isDisabled = function.IsDisabled }));
        });
        admin.MapPost("/functions/{name}", FireFunctionAsync);
    }

    /// <summary>Starts a function now, independent of its schedule, and responds immediately.</summary>
    private async Task<IResult> FireFunctionAsync(string name, HttpContext http, CancellationToken cancellationToken)
    {
        var session = await _session(cancellationToken);
        if (session.Catalog.Find(name) is not { } function)
        {
            return Results.NotFound();
        }

        if (!http.Request.HasJsonContentType())
        {
            return Results.StatusCode(StatusCodes.Status415UnsupportedMediaType);
        }

        string input;
        try
        {
            using var body = await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: cancellationToken);
            input = body.RootElement.ValueKind != JsonValueKind.Object
                ? throw new JsonException()
                : body.RootElement.TryGetProperty("input", out var member) && member.ValueKind == JsonValueKind.String ? member.GetString()! : "";
        }
        catch (JsonException)
        {
            return Results.BadRequest("The body must be JSON: {\"input\": \"\"}.");
        }

        if (function.Http is { } trigger)
        {
            return Results.BadRequest($"{function.Name} is an HTTP function: send a request to /{trigger.Template}.");
        }

        _ = function.Timer is null
            ? session.RunAsync(function, input)
            : session.RunTimerAsync(function, null, isPastDue: false);
        return Results.Accepted();
    }

    private Endpoint HomePage(bool isShown, int order)
    {
        var endpoint = new RouteEndpointBuilder(http => ShowHomePageAsync(http, isShown), RoutePatternFactory.Parse("/"), order);
        endpoint.Metadata.Add(new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head]));
        return endpoint.Build();
    }

    private Task ShowHomePageAsync(HttpContext http, bool isShown)
    {
        if (!isShown)
        {
            return SetStatusAsync(http, StatusCodes.Status204NoContent);
        }

        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'";
        return http.Response.WriteAsync(_options.HomePage, http.RequestAborted);
    }

    private static bool IsLocal(HttpContext http) =>
        http.Connection.RemoteIpAddress is { } remote && IPAddress.IsLoopback(remote)
        && http.Connection.LocalIpAddress is { } local && IPAddress.IsLoopback(local);

    private static Task SetStatusAsync(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    /// <summary>
    /// Copies the request with its headers. The invocation id and the forwarded headers are set by the host from the
    /// connection; a client's own values never reach the app.
    /// </summary>
    private sealed class Transformer(string invocationId) : HttpTransformer
    {
        private static readonly string[] Own = [InvocationIdHeader, "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded"];

        public override async ValueTask TransformRequestAsync(
            HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            var headers = proxyRequest.Headers;
            foreach (var name in Own)
            {
                headers.Remove(name);
            }

            headers.TryAddWithoutValidation(InvocationIdHeader, invocationId);
            headers.TryAddWithoutValidation("X-Forwarded-For", httpContext.Connection.RemoteIpAddress?.ToString());
            headers.TryAddWithoutValidation("X-Forwarded-Host", httpContext.Request.Host.ToUriComponent());
            headers.TryAddWithoutValidation("X-Forwarded-Proto", httpContext.Request.Scheme);
        }
    }

    private sealed class FunctionEndpoints : EndpointDataSource, IDisposable
    {
        private IReadOnlyList<Endpoint> _endpoints = [];
        private CancellationTokenSource _changed = new();

        public override IReadOnlyList<Endpoint> Endpoints => _endpoints;

        public override IChangeToken GetChangeToken() => new CancellationChangeToken(_changed.Token);

        public void Replace(IReadOnlyList<Endpoint> endpoints)
        {
            _endpoints = endpoints;
            var old = Interlocked.Exchange(ref _changed, new CancellationTokenSource());
            old.Cancel();
            old.Dispose();
        }

        public void Dispose() => _changed.Dispose();
    }
}
