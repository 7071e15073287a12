using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Functions;
using Smplat.LocalHost;
using Smplat.LocalHost.Hosting;

namespace Smplat.Tests.Support;

/// <summary>
/// The whole app behind a Functions host, both in this process, reached over a real socket:
/// <c>await using var app = await SmplatApp.StartAsync();</c> It is the worker that the program runs, with the sample
/// settings, and without timers and local services. Unless SMPLAT_DATABASE is given it gets a database of its own, which
/// goes with it.
/// </summary>
public sealed class SmplatApp : IAsyncDisposable
{
    private const string Database = "SMPLAT_DATABASE";

    /// <summary>One for all apps of the process, told apart by the id of their worker; it ends with the process.</summary>
    private static readonly Lazy<Task<RpcServer>> Server = new(() => RpcServer.StartAsync(CancellationToken.None));

    private static readonly Lazy<IReadOnlyDictionary<string, string>> Sample =
        new(() => LocalSettings.ReadValues(Path.Combine(RepositoryRoot.Path!, "local.settings.sample.json")));

    private readonly FunctionsHost _host;
    private readonly InProcessLauncher _worker;

    private SmplatApp(FunctionsHost host, InProcessLauncher worker, TestDatabase? database)
    {
        (_host, _worker, OwnDatabase) = (host, worker, database);
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
        {
            BaseAddress = host.Address,
        };
    }

    /// <summary>Speaks to the app; relative addresses will do. Redirects are not followed.</summary>
    public HttpClient Client { get; }

    public IServiceProvider Services => _worker.App!.Services;

    /// <summary>The database that was made for this app; null when the test gave one.</summary>
    public TestDatabase? OwnDatabase { get; }

    /// <param name="settings">Settings that win over every other source.</param>
    /// <param name="adjust">Last changes before the host is built, such as a replaced gateway.</param>
    /// <param name="ticks">Whether the jobs tick as if their timers fired, which keeps readiness content; no job runs.</param>
    /// <param name="functionTimeout">The host's time limit of a function, unknown to the worker.</param>
    /// <param name="log">Takes each line that host and worker say, as a developer sees it.</param>
    public static async Task<SmplatApp> StartAsync(
        IReadOnlyDictionary<string, string>? settings = null,
        Action<FunctionsApplicationBuilder>? adjust = null,
        Action<string>? log = null,
        bool ticks = true,
        string? functionTimeout = null)
    {
        var all = new Dictionary<string, string>(Sample.Value, StringComparer.OrdinalIgnoreCase) { ["SMPLAT_ENVIRONMENT"] = "local" };
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            all[name] = value;
        }

        var database = string.IsNullOrEmpty(all.GetValueOrDefault(Database)) ? await TestDatabase.CreateAsync() : null;
        if (database is not null)
        {
            all[Database] = database.ConnectionString;
        }

        var worker = new InProcessLauncher(args => SmplatHost.Create(args, builder =>
        {
            if (ticks)
            {
                builder.Services.AddHostedService<TickingTimers>();
            }

            adjust?.Invoke(builder);
        }));
        try
        {
            var forHost = new Dictionary<string, string>(all);
            if (functionTimeout is not null)
            {
                forHost["AzureFunctionsJobHost__functionTimeout"] = functionTimeout;
            }

            var hostJson = HostJson.Find(AppContext.BaseDirectory).With(forHost);
            var host = await FunctionsHost.StartAsync(
                new()
                {
                    AppFolder = AppContext.BaseDirectory,
                    HostJson = hostJson,
                    Settings = () => all,
                    Worker = worker,
                    Log = new HostLog(log ?? (_ => { }), logsRequests: false, TimeProvider.System),
                    Port = 0,
                    StopGrace = TimeSpan.FromSeconds(2),
                    RpcServer = await Server.Value,
                },
                CancellationToken.None);
            return new SmplatApp(host, worker, database);
        }
        catch
        {
            await (database?.DisposeAsync() ?? ValueTask.CompletedTask);
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
        await _host.DisposeAsync();
        await (OwnDatabase?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}
