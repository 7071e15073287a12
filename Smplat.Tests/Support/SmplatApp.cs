using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Smplat.Functions;

namespace Smplat.Tests.Support;

/// <summary>
/// The whole app on a free port, reached over a real socket: <c>await using var app = await SmplatApp.StartAsync();</c>
/// It is the host that the program runs, with the sample settings, and without timers and local services. Unless
/// SMPLAT_DATABASE is given it gets a database of its own, which goes with it.
/// </summary>
public sealed class SmplatApp : IAsyncDisposable
{
    private const string Database = "SMPLAT_DATABASE";

    private readonly IHost _host;

    private SmplatApp(IHost host, TestDatabase? database)
    {
        (_host, OwnDatabase) = (host, database);
        var addresses = host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
        {
            BaseAddress = new Uri(addresses.Addresses.First()),
        };
    }

    /// <summary>Speaks to the app; relative addresses will do. Redirects are not followed.</summary>
    public HttpClient Client { get; }

    public IServiceProvider Services => _host.Services;

    /// <summary>The database that was made for this app; null when the test gave one.</summary>
    public TestDatabase? OwnDatabase { get; }

    /// <param name="settings">Settings that win over every other source.</param>
    /// <param name="adjust">Last changes before the host is built, such as a replaced gateway.</param>
    public static async Task<SmplatApp> StartAsync(
        IReadOnlyDictionary<string, string>? settings = null, Action<FunctionsApplicationBuilder>? adjust = null)
    {
        var all = Defaults();
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            all[name] = value;
        }

        var database = all.ContainsKey(Database) ? null : await TestDatabase.CreateAsync();
        all.TryAdd(Database, database?.ConnectionString ?? "");
        try
        {
            var host = SmplatHost.Create([.. all.Select(entry => $"--{entry.Key}={entry.Value}")], adjust);
            return await StartAsync(host, database);
        }
        catch
        {
            await DisposeAsync(database);
            throw;
        }
    }

    /// <summary>
    /// Asks the app to stop as SIGTERM does, and waits until it has: requests finish, hosted services flush.
    /// </summary>
    public Task StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _host.StopAsync();
        await DisposeAsync((IAsyncDisposable)_host);
        await DisposeAsync(OwnDatabase);
    }

    private static async Task<SmplatApp> StartAsync(IHost host, TestDatabase? database)
    {
        try
        {
            await host.StartAsync();
            return new SmplatApp(host, database);
        }
        catch
        {
            await DisposeAsync((IAsyncDisposable)host);
            throw;
        }
    }

    private static Dictionary<string, string> Defaults() => new(StringComparer.OrdinalIgnoreCase)
    {
        ["SMPLAT_PORT"] = "0",
        ["SMPLAT_BIND_ADDRESS"] = "127.0.0.1",
        ["SMPLAT_ENVIRONMENT"] = "local",
        ["SMPLAT_LOCAL_SETTINGS"] = "sample",
        ["SMPLAT_LOCAL_TIMERS"] = "false",
        ["SMPLAT_LOCAL_SERVICES"] = "false",
        ["SMPLAT_LOCAL_STOP_GRACE_SECONDS"] = "2",
    };

    private static ValueTask DisposeAsync(IAsyncDisposable? disposable) => disposable?.DisposeAsync() ?? ValueTask.CompletedTask;
}
