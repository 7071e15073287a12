using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Smplat.Core.Notifications;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Observability;

namespace Smplat.Cli;

/// <summary>
/// The services of one command: Core's operations on the configured database. Settings come from the environment, then
/// from what the app that runs from this checkout has written down.
/// </summary>
public static class CliServices
{
    /// <param name="add">Features that the command needs beside database, counters, jobs and outbox.</param>
    public static ServiceProvider Create(ParseResult parsed, Action<IServiceCollection>? add = null)
    {
        var configuration = CliConfiguration.Build(parsed.GetValue(GlobalOptions.Database));
        var services = new ServiceCollection();
        services.AddSingleton(configuration);
        services.AddSingleton(TimeProvider.System);

        // Standard output belongs to the command's result.
        services.AddLogging(logging => logging
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
            .SetMinimumLevel(LogLevel.Warning));
        services.AddDatabase().AddObservability().AddJobs().AddNotifications();
        services.AddSingleton(provider => Connect(provider, configuration));
        add?.Invoke(services);
        return services.BuildServiceProvider();
    }

    /// <exception cref="UsageException">There is none: better said than a refused connection to nowhere.</exception>
    private static NpgsqlDataSource Connect(IServiceProvider services, IConfiguration configuration)
    {
        var options = services.GetRequiredService<IOptionsMonitor<DatabaseOptions>>().CurrentValue;
        return options.ConnectionString is not null || configuration["SMPLAT_DATABASE"] is not null
            ? SmplatDataSource.Create(options, services.GetRequiredService<ILoggerFactory>(), new(new OperatorTokens(), TimeProvider.System))
            : throw new UsageException("No database is known: give --database, set SMPLAT_DATABASE, or start the app of this checkout.");
    }
}
