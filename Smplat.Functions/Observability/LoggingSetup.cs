using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Settings;

namespace Smplat.Functions.Observability;

public static class LoggingSetup
{
    /// <summary>
    /// Log lines go through the worker's channel to the host, where each appears once: the worker's builder removes the
    /// console logger on purpose. The worker sends them to Azure Monitor itself (<see cref="TelemetrySetup"/>).
    /// </summary>
    public static T AddSmplatLogging<T>(this T builder)
        where T : IHostApplicationBuilder
    {
        var (settings, _) = SettingsReader.Read<ObservabilityOptions>(builder.Configuration);
        if (settings.LogFormat == LogFormat.Json)
        {
            JsonLines.WrapProviders(builder.Services);
        }

        // The worker's own filters apply, not host.json: github.com/Azure/azure-functions-dotnet-worker/issues/1040. The
        // rule that many apps have to remove, which passes only warnings to Application Insights, comes with the provider
        // of its SDK. That provider is not registered here; these filters apply to every provider that is.
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        // Data protection creates a key ring that nothing uses, and warns that it is not encrypted.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        // Kestrel would create a span for every request from the caller's headers, only to name it in lines that are not
        // wanted here; a logged trace id must be one that is exported.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.Logging.AddFilter("System", LogLevel.Warning);
        builder.Logging.AddFilter("Npgsql", LogLevel.Warning);
        builder.Logging.AddFilter("Azure", LogLevel.Warning);
        return builder;
    }
}
