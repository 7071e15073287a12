using System.Collections.Concurrent;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Smplat.LocalHost;

namespace Smplat.Tests.LocalHost;

/// <summary>The local host with functions of a test's own, on a free port and without local services.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly IHost _host;

    private TestHost(IHost host)
    {
        _host = host;
        var addresses = host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(addresses.Addresses.First()) };
    }

    public HttpClient Client { get; }

    public IServiceProvider Services => _host.Services;

    public IHostApplicationLifetime Lifetime => Services.GetRequiredService<IHostApplicationLifetime>();

    public static IHost Build(
        IReadOnlyList<Type> functions, Action<FunctionsApplicationBuilder>? adjust = null, params string[] settings)
    {
        string[] args =
        [
            "--SMPLAT_PORT=0", "--SMPLAT_LOCAL_SETTINGS=none", "--SMPLAT_LOCAL_SERVICES=false", "--SMPLAT_LOCAL_TIMERS=false",
            .. settings.Select(setting => $"--{setting}"),
        ];
        var builder = LocalFunctionsHost.CreateBuilder(args, functions);
        builder.ConfigureFunctionsWebApplication();
        builder.Logging.ClearProviders();
        adjust?.Invoke(builder);
        return builder.Build();
    }

    public static async Task<TestHost> StartAsync(
        IReadOnlyList<Type> functions, Action<FunctionsApplicationBuilder>? adjust = null, params string[] settings)
    {
        var host = Build(functions, adjust, settings);
        await host.StartAsync();
        return new TestHost(host);
    }

    public Task<HttpResponseMessage> GetAsync(string path) => Client.GetAsync(new Uri(path, UriKind.Relative));

    public async Task<string> TextAsync(string path)
    {
        using var response = await GetAsync(path);
        return $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}".TrimEnd();
    }

    public Task StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}

/// <summary>What functions and services of a test did, in order.</summary>
internal sealed class Diary
{
    private readonly ConcurrentQueue<string> _entries = new();

    public IReadOnlyList<string> Entries => [.. _entries];

    public void Write(string entry) => _entries.Enqueue(entry);
}
