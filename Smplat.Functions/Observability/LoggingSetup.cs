using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Smplat.Core.Observability;
using Smplat.Core.Settings;

namespace Smplat.Functions.Observability;

public static class LoggingSetup
{
    public static T AddSmplatLogging<T>(this T builder)
        where T : IHostApplicationBuilder
    {
        var (settings, _) = SettingsReader.Read<ObservabilityOptions>(builder.Configuration);
        if (settings.LogFormat == LogFormat.Json)
        {
            builder.Logging.AddConsole(console => console.FormatterName = JsonLogFormatter.FormatterName);
            builder.Logging.AddConsoleFormatter<JsonLogFormatter, ConsoleFormatterOptions>();
        }
        else
        {
            builder.Logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.TimestampFormat = "HH:mm:ss ";
            });
        }

        // The worker's own filters decide, not host.json: github.com/Azure/azure-functions-dotnet-worker/issues/1040.
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("System", LogLevel.Warning);
        builder.Logging.AddFilter("Npgsql", LogLevel.Warning);
        builder.Logging.AddFilter("Azure", LogLevel.Warning);
        return builder;
    }
}
