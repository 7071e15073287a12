using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Smplat.FakeVendors;
using Smplat.FakeVendors.MealMe;
using Smplat.FakeVendors.Stripe;
using Smplat.LocalHost.Hosting;
using Smplat.LocalHost.LocalServices;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.LocalHost;

/// <summary>
/// One local run. Start: check the port, start Postgres and Azurite in parallel, the fake vendors if enabled, then the app's
/// worker, HTTP and timers. Stop is the reverse: HTTP accepts no more requests and running ones finish, timer runs finish,
/// the worker flushes, the services stop.
/// </summary>
/// <param name="root">The checkout.</param>
/// <param name="appFolder">The built or published app; null starts only the services.</param>
/// <param name="args">Settings as <c>--NAME=value</c>.</param>
internal sealed class LocalApp(string root, string? appFolder, string[] args, StartupConsole console) : IAsyncDisposable
{
    private const string BaseUrl = "API_BASE_URL";
    private const string DefaultOrigin = "http://localhost:7071";
    private const string MailFolder = "SMPLAT_MAIL_FOLDER";

    private readonly LocalSettings _settings = new(root, args);
    private readonly LocalRun _services = new(root, TimeProvider.System);
    private readonly Dictionary<string, string> _found = new(StringComparer.OrdinalIgnoreCase);
    private FakeVendorSet? _vendors;
    private FunctionsHost? _host;
    private IDisposable? _watch;
    private bool _hasServices;
    private string? _origin;
    private string? _mailFolder;

    /// <summary>Completes when the worker keeps exiting and is no longer restarted.</summary>
    public Task WorkerLost => _host?.WorkerLost ?? Task.Delay(Timeout.Infinite);

    /// <exception cref="LocalStartException">The start failed; the message says what to do.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var settings = _settings.Read();
        var own = HostSettings.Read(settings, root);
        if (appFolder is not null)
        {
            CheckPort(own);
        }

        if (own.HasServices || appFolder is null)
        {
            _hasServices = true;
            AddFound(await _services.StartAsync(AsConfiguration(settings), console, cancellationToken));
        }

        if (own.HasFakeVendors)
        {
            AddFound(await StartVendorsAsync(cancellationToken));
        }

        if (appFolder is null)
        {
            SummarizeServices();
            return;
        }

        var address = await StartHostAsync(own, appFolder, cancellationToken);
        Announce(address);
        _watch = _settings.Watch(_host!.ReplaceWorker);
        Summarize(address, Stopwatch.GetElapsedTime(began));
    }

    public async ValueTask DisposeAsync()
    {
        _watch?.Dispose();
        if (_host is not null)
        {
            using var step = console.Step("App", "stopped");
            await _host.DisposeAsync();
        }

        if (_vendors is not null)
        {
            await _vendors.DisposeAsync();
        }

        if (_hasServices)
        {
            await _services.StopAsync(console);
        }
    }

    /// <summary>The app settings, with the addresses of this run's services.</summary>
    private Dictionary<string, string> Effective()
    {
        var settings = _settings.ReadWith(_found);

        // Links in messages follow the address that the app serves on, unless API_BASE_URL names another one than the default.
        if (_origin is not null && settings.GetValueOrDefault(BaseUrl)?.Trim().TrimEnd('/') is null or "" or DefaultOrigin)
        {
            settings[BaseUrl] = _origin;
        }

        // Mails are written into the folder of the run.
        if (_mailFolder is not null && LocalSettings.IsLocal(settings) && string.IsNullOrWhiteSpace(settings.GetValueOrDefault(MailFolder)))
        {
            settings[MailFolder] = _mailFolder;
        }

        return settings;
    }

    private void AddFound(IReadOnlyDictionary<string, string> found)
    {
        foreach (var (name, value) in found)
        {
            _found[name] = value;
        }
    }

    private async Task<IReadOnlyDictionary<string, string>> StartVendorsAsync(CancellationToken cancellationToken)
    {
        using var step = console.Step("Fake vendors");
        _vendors = await FakeVendorSet.StartAsync(cancellationToken);
        foreach (var vendor in _vendors.Vendors)
        {
            step.Note($"{vendor.Name} on {vendor.Address.GetLeftPart(UriPartial.Authority)}, faults under /fake/faults");
        }

        foreach (var (name, value) in _vendors.Settings)
        {
            if (_settings.ChosenMockSwitch(name) is { } chosen && !chosen.Equals(value, StringComparison.OrdinalIgnoreCase))
            {
                step.Note($"{name} is {chosen}: this provider's quotes are mocks and its fake is not asked");
            }
        }

        return _vendors.Settings;
    }

    private async Task<Uri> StartHostAsync(HostSettings own, string folder, CancellationToken cancellationToken)
    {
        using var step = console.Step("App with its database");
        try
        {
            own = own with { Port = own.Port == 0 ? FreePort(own.BindAddress) : own.Port };
            (_origin, _mailFolder) = (OriginOf(own), Path.Combine(own.Folder, "outbox"));
            AddWebhookSecrets();
            var settings = Effective();
            var hostJson = HostJson.Find(folder, root).With(settings);
            var log = new HostLog(console.Line, hostJson.LogsRequests, TimeProvider.System);
            _host = await FunctionsHost.StartAsync(
                new()
                {
                    AppFolder = folder,
                    HostJson = hostJson,
                    Settings = Effective,
                    Worker = new ChildProcessLauncher(new SearchPath(settings.GetValueOrDefault("PATH")), log.WorkerOutput),
                    Log = log,
                    BindAddress = own.BindAddress,
                    Port = own.Port,
                    TimerFolder = own.HasTimers ? own.Folder : null,
                    TimeZone = own.TimeZone,
                    StopGrace = own.StopGrace,
                    HomePage = HomePage.Html,
                },
                cancellationToken);
        }
        catch
        {
            step.Fail("see below");
            throw;
        }

        return new Uri(_host.Address.AbsoluteUri.Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
    }

    /// <summary>The origin that the app serves on.</summary>
    private static string OriginOf(HostSettings own)
    {
        var host = own.BindAddress is not { } address || IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)
            ? "localhost"
            : address.ToString();
        return new UriBuilder("http", host, own.Port).Uri.GetLeftPart(UriPartial.Authority);
    }

    /// <summary>
    /// Sample webhooks need a secret that the app knows: a local run without one of its own gets these. They protect nothing.
    /// </summary>
    private void AddWebhookSecrets()
    {
        var settings = Effective();
        foreach (var (name, secret) in LocalWebhookSecrets.All)
        {
            if (LocalSettings.IsLocal(settings) && string.IsNullOrWhiteSpace(settings.GetValueOrDefault(name)))
            {
                _found[name] = secret;
            }
        }
    }

    /// <summary>The worker learns the port before the web server listens on it.</summary>
    private static int FreePort(IPAddress? address)
    {
        using var socket = new Socket((address ?? IPAddress.Loopback).AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(address ?? IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private void Announce(Uri address)
    {
        if (_vendors is not null)
        {
            _vendors.Stripe.Webhooks.Target = new Uri(address, "/api/v1/payments/webhooks/stripe");
        }

        if (_hasServices)
        {
            var settings = Effective();
            _services.Announce(address, LocalWebhookSecrets.All.Keys
                .Where(name => !string.IsNullOrWhiteSpace(settings.GetValueOrDefault(name)))
                .ToDictionary(name => name, name => settings[name]));
        }
    }

    private void Summarize(Uri address, TimeSpan took)
    {
        var origin = address.GetLeftPart(UriPartial.Authority);
        var functions = _host!.Functions;
        string[] lines =
        [
            "",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{functions.Http.Count()} HTTP functions and {functions.Timers.Count()} timers, ready in {took.TotalSeconds:0.0} s. List: {origin}/admin/functions"),
            $"  Operators' page  {origin}/ops",
            $"  API reference    {origin}/api/docs",
            "",
            $"Serving on {origin}. Press Ctrl-C to stop. Try it by routing an order:",
            "",
            FirstRequest.Curl(address),
            "",
        ];
        foreach (var line in lines)
        {
            console.Line(line);
        }
    }

    private void SummarizeServices()
    {
        console.Line("");
        console.Line("The services are running, for func start, a debugger or the command line. Their settings:");
        console.Line("");
        foreach (var (name, value) in _found.Where(setting => setting.Value.Length > 0))
        {
            console.Line($"{name}={value}");
        }

        console.Line("");
        console.Line("Press Ctrl-C to stop.");
    }

    /// <summary>Checks that the port is free before anything starts; the web server would fail only at the end.</summary>
    private static void CheckPort(HostSettings settings)
    {
        IPAddress[] addresses = settings.BindAddress is { } one ? [one] : [IPAddress.Loopback, IPAddress.IPv6Loopback];
        foreach (var address in settings.Port == 0 ? [] : addresses)
        {
            try
            {
                using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(address, settings.Port));
                socket.Listen();
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                throw new LocalStartException($"Port {settings.Port} is in use. Stop the program that uses it, or set SMPLAT_PORT to another port.", exception);
            }
            catch (SocketException)
            {
                // The address does not exist or is not allowed here; the web server reports it if that matters.
            }
        }
    }

    private static IConfiguration AsConfiguration(IReadOnlyDictionary<string, string> settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build();
}

/// <summary>The webhook secrets of a local run without any, by setting; the same ones as those of the fake vendors.</summary>
public static class LocalWebhookSecrets
{
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        ["STRIPE_WEBHOOK_SECRET"] = FakeStripe.WebhookSecret,
        ["MEALME_WEBHOOK_SECRET"] = FakeMealMe.WebhookSecret,
    };
}

/// <summary>The page at <c>/</c> of a local run. On the platform the host has its own page there.</summary>
internal static class HomePage
{
    public const string Html =
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Smplat</title>
        <style>
        body { font: 1rem/1.6 system-ui, sans-serif; max-width: 34rem; margin: 12vh auto; padding: 0 1.5rem; color: #1d2430; background: #fff; }
        h1 { font-size: 1.5rem; margin-bottom: 0; }
        dt { font-weight: 600; margin-top: 1rem; }
        dd { margin: 0; }
        a { color: #0b57b0; }
        @media (prefers-color-scheme: dark) { body { color: #e6e9ef; background: #14181f; } a { color: #8ab8f5; } }
        </style>
        </head>
        <body>
        <main>
        <h1>Smplat is running</h1>
        <p>A commerce back end, on this machine.</p>
        <dl>
        <dt><a href="/ops">Operators' page</a></dt><dd>Dashboards, jobs, dead letters and feature flags.</dd>
        <dt><a href="/api/docs">API reference</a></dt><dd>Every route, with a form to try it.</dd>
        <dt><a href="/healthz">Readiness</a></dt><dd>The state of each component.</dd>
        </dl>
        </main>
        </body>
        </html>
        """;
}

/// <summary>A curl command that routes an order across all providers.</summary>
public static class FirstRequest
{
    private const string Body =
        """{"items":[{"id":"1","name":"Test","quantity":1,"unit":"pcs"}]""" +
        ""","shippingAddress":{"street":"123 Test","city":"SF","state":"CA","postalCode":"94102","country":"US"}}""";

    public static string Curl(Uri address) =>
        $"curl -s -X POST {address.GetLeftPart(UriPartial.Authority)}/functions/v1/loopgpt_route_order " +
        $"-H 'Content-Type: application/json' -d '{Body}'";
}
