using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Smplat.LocalHost.Configuration;

namespace Smplat.LocalHost.Startup;

/// <summary>
/// The app with what it stands on. Start: local services, then the app's hosted services, then timers, then HTTP.
/// Stop is the reverse: HTTP accepts nothing more and its requests finish, timer runs finish, hosted services flush,
/// local services stop.
/// </summary>
internal sealed class LocalApp(
    WebApplication web, ConfigurationManager configuration, ILocalServices localServices,
    IReadOnlyList<string> problems, LocalListing listing, IStartupConsole console, bool isProgram)
    : IHost, IAsyncDisposable
{
    private readonly PretendedVendors _vendors = new();
    private bool _isRunning;
    private bool _hasLocalServices;

    public IServiceProvider Services => web.Services;

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        using var signals = new StartSignals(cancellationToken);
        try
        {
            await StartAllAsync(signals.Token);
        }
        catch (Exception exception)
        {
            await GiveUpAsync();
            if (isProgram && Explanation(exception, signals.Token) is { } explanation)
            {
                StartFailure.Exit(explanation);
            }

            throw;
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            if (_isRunning)
            {
                _isRunning = false;
                await web.StopAsync(cancellationToken);
            }
        }
        finally
        {
            await StopLocalServicesAsync();
        }
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        await StopLocalServicesAsync();
        await web.DisposeAsync();
    }

    private async Task StartAllAsync(CancellationToken cancellationToken)
    {
        if (problems.Count > 0)
        {
            throw new LocalStartException(string.Join(Environment.NewLine, problems));
        }

        var settings = new HostSettings(configuration);
        settings.Check();
        if (settings.HasLocalServices)
        {
            _hasLocalServices = true;
            Lead(await localServices.StartAsync(configuration, console, cancellationToken));
        }

        if (PretendedVendors.AreWanted(configuration))
        {
            Lead(await _vendors.StartAsync(console, cancellationToken));
        }

        PortCheck.Run(settings);
        await StartWebAsync(settings, cancellationToken);
        var address = Address();
        _vendors.Announce(address);
        if (_hasLocalServices)
        {
            localServices.Announce(address);
        }

        foreach (var line in listing.Lines(Services, address))
        {
            console.Line(line);
        }
    }

    /// <summary>Points the app at what was started for it.</summary>
    private void Lead(IReadOnlyDictionary<string, string> found)
    {
        IConfigurationBuilder sources = configuration;
        sources.AddInMemoryCollection(found.Select(entry => KeyValuePair.Create(entry.Key, (string?)entry.Value)));
    }

    private async Task StartWebAsync(HostSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            _isRunning = true;
            await web.StartAsync(cancellationToken);
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            // Taken in the moment since it was looked at.
            throw PortCheck.Taken(settings, exception);
        }
    }

    private async Task GiveUpAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await StopAsync(limit.Token);
    }

    private async Task StopLocalServicesAsync()
    {
        await _vendors.DisposeAsync();
        if (_hasLocalServices)
        {
            _hasLocalServices = false;
            await localServices.StopAsync();
        }
    }

    private static string? Explanation(Exception exception, CancellationToken stopped) =>
        exception is OperationCanceledException && stopped.IsCancellationRequested
            ? "It was stopped."
            : StartFailure.Explain(exception);

    private Uri Address()
    {
        var address = Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new Uri(address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
    }
}
