using Microsoft.Extensions.Configuration;

namespace Smplat.LocalHost;

/// <summary>
/// What a local run needs beside .NET (a Postgres, a table service), started before the app and stopped after it.
/// </summary>
public interface ILocalServices
{
    /// <summary>
    /// Starts what the configuration does not already name and returns the settings that lead the app to it, such as
    /// SMPLAT_DATABASE and AzureWebJobsStorage. What was started before a failure, <see cref="StopAsync"/> stops.
    /// </summary>
    /// <exception cref="LocalStartException">Something is missing or does not start; it tells what to do.</exception>
    Task<IReadOnlyDictionary<string, string>> StartAsync(
        IConfiguration configuration, IStartupConsole console, CancellationToken cancellationToken);

    /// <summary>
    /// Tells other processes of this checkout (the command line, a second start) where the running app is. Called once,
    /// when it answers under this address.
    /// </summary>
    void Announce(Uri address);

    /// <summary>
    /// Stops what <see cref="StartAsync"/> started. Called once, after the app has stopped, also when the start failed.
    /// </summary>
    Task StopAsync();
}
