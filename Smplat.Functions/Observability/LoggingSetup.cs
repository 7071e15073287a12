using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Settings;

namespace Smplat.Functions.Observability;

public static class LoggingSetup
{
    /// <summary>
    /// Log lines leave through the worker's channel to the host, so that each is seen there once: the worker's builder has
    /// removed the console logger on purpose. To Azure Monitor the worker sends them itself (<see cref="TelemetrySetup"/>).
    /// </summary>
    public static T AddSmplatLogging<T>(this T builder)
        where T : IHostApplicationBuilder
    {
        var (settings, _) = SettingsReader.Read<ObservabilityOptions>(builder.Configuration);
        if (settings.LogFormat == LogFormat.Json)
        {
            JsonLines.WrapProviders(builder.Services);
        }

        // The worker's own filters decide, not host.json: github.com/Azure/azure-functions-dotnet-worker/issues/1040. The
        // rule that many apps have to remove, which lets only warnings through to Application Insights, comes with the
        // provider of its SDK; that is not registered here, and these filters hold for every provider that is.
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        // The worker has data protection make a key ring that nothing uses, which warns that it is not encrypted.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        // Kestrel would make a span of its own for every request, from the caller's headers, only to name it in lines that are
        // not wanted here; a trace id that is logged must be one that is exported.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.Logging.AddFilter("System", LogLevel.Warning);
        builder.Logging.AddFilter("Npgsql", LogLevel.Warning);
        builder.Logging.AddFilter("Azure", LogLevel.Warning);
        return builder;
    }
}
