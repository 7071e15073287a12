using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Security;
using Smplat.Core.Platform.Settings;

namespace Smplat.Functions.Observability;

/// <summary>
/// Formats each log line as a JSON object before it goes to the Functions host. Of an exception it writes the type, the
/// redacted message and the stack, because messages of drivers and clients can quote their input.
/// </summary>
/// <param name="inner">The worker's own provider, which sends lines to the host.</param>
public sealed class JsonLines(ILoggerProvider inner, IConfiguration configuration, TimeProvider clock) : ILoggerProvider, ISupportExternalScope
{
    // Not from the live settings: they write logs themselves, which would be a circular dependency.
    private readonly string _environment = SettingsReader.Read<RuntimeOptions>(configuration).Settings.Environment;

    /// <summary>Wraps the provider that the worker registered.</summary>
    public static void WrapProviders(IServiceCollection services)
    {
        for (var i = 0; i < services.Count; i++)
        {
            if (services[i] is { ServiceType: var service, ImplementationType: { } provider, Lifetime: ServiceLifetime.Singleton }
                && service == typeof(ILoggerProvider)
                && provider.Namespace?.StartsWith("Microsoft.Azure.Functions.Worker", StringComparison.Ordinal) == true)
            {
                services[i] = ServiceDescriptor.Singleton<ILoggerProvider>(found => new JsonLines(
                    (ILoggerProvider)ActivatorUtilities.CreateInstance(found, provider),
                    found.GetRequiredService<IConfiguration>(),
                    found.GetRequiredService<TimeProvider>()));
            }
        }
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, inner.CreateLogger(categoryName), categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => (inner as ISupportExternalScope)?.SetScopeProvider(scopeProvider);

    public void Dispose() => inner.Dispose();

    private string Line<TState>(string category, LogLevel level, EventId eventId, TState state, Exception? exception, string message)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("timestamp", clock.GetUtcNow().UtcDateTime);
            json.WriteString("level", Level(level));
            json.WriteString("message", message);
            json.WriteString("logger", category);
            json.WriteString("service", SmplatTelemetry.ServiceName);
            json.WriteString("environment", _environment);
            json.WriteString("version", SmplatTelemetry.Version);
            json.WriteNumber("event_id", eventId.Id);
            if (eventId.Name is { } name)
            {
                json.WriteString("event", name);
            }

            if (Activity.Current is { } activity)
            {
                json.WriteString("trace_id", activity.TraceId.ToHexString());
                json.WriteString("span_id", activity.SpanId.ToHexString());
            }

            WriteFields(json, state);
            WriteException(json, exception);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteFields<TState>(Utf8JsonWriter json, TState state)
    {
        if (state is not IReadOnlyList<KeyValuePair<string, object?>> fields)
        {
            return;
        }

        json.WriteStartObject("fields");
        foreach (var (name, value) in fields)
        {
            if (name != "{OriginalFormat}")
            {
                json.WriteString(name, Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        json.WriteEndObject();
    }

    private static void WriteException(Utf8JsonWriter json, Exception? exception)
    {
        if (exception is not null)
        {
            json.WriteStartObject("exception");
            json.WriteString("type", exception.GetType().FullName);
            json.WriteString("message", Redaction.Redact(exception.Message));
            json.WriteString("stack", exception.StackTrace);
            json.WriteEndObject();
        }
    }

    private static string Level(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        LogLevel.Critical => "critical",
        _ => "none",
    };

    private sealed class Logger(JsonLines lines, ILogger inner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (inner.IsEnabled(logLevel))
            {
                // The line contains the redacted exception, so the host does not get the original.
                inner.Log(
                    logLevel, eventId, lines.Line(category, logLevel, eventId, state, exception, formatter(state, null)), null,
                    static (line, _) => line);
            }
        }
    }
}
