using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Smplat.Core.Observability;
using Smplat.Core.Settings;

namespace Smplat.Functions.Observability;

public static class LoggingSetup
{
    /// <summary>
    /// Log lines leave through the worker's channel to the host, and through nothing else, so that each is seen once: the
    /// worker's builder has removed the console logger on purpose, and Azure Monitor gets the host's copy of them.
    /// </summary>
    public static T AddSmplatLogging<T>(this T builder)
        where T : IHostApplicationBuilder
    {
        var (settings, _) = SettingsReader.Read<ObservabilityOptions>(builder.Configuration);
        if (settings.LogFormat == LogFormat.Json)
        {
            JsonLines.WrapProviders(builder.Services);
        }

        // The worker's own filters decide, not host.json: github.com/Azure/azure-functions-dotnet-worker/issues/1040.
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        // The worker has data protection make a key ring that nothing uses, which warns that it is not encrypted.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        builder.Logging.AddFilter("System", LogLevel.Warning);
        builder.Logging.AddFilter("Npgsql", LogLevel.Warning);
        builder.Logging.AddFilter("Azure", LogLevel.Warning);
        return builder;
    }
}
