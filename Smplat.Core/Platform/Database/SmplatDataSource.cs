using System.Net;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Smplat.Core.Platform.Database;

/// <summary>Makes the one data source of a process.</summary>
public static class SmplatDataSource
{
    /// <summary>Used when no database is configured: every use fails at once with a refused connection.</summary>
    private const string Unconfigured = "Host=127.0.0.1;Port=1;Database=smplat;Username=smplat";

    /// <summary>Whether it can be read as one; whether anybody answers there is another question.</summary>
    public static bool IsConnectionString(string? text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(text).Keys is not null;
        }
        catch (Exception unreadable) when (unreadable is ArgumentException or FormatException or KeyNotFoundException or InvalidCastException)
        {
            return false;
        }
    }

    /// <param name="identity">Gives the token that is shown in place of a password, when the options ask for it.</param>
    public static NpgsqlDataSource Create(DatabaseOptions options, ILoggerFactory? loggers, DatabaseIdentity? identity = null)
    {
        var settings = new NpgsqlConnectionStringBuilder(options.ConnectionString ?? Unconfigured)
        {
            MaxPoolSize = options.MaxConnections,
            Timeout = options.ConnectTimeoutSeconds,
            CommandTimeout = options.CommandTimeoutSeconds,
            // Long-lived app connections pay for statement preparation once.
            MaxAutoPrepare = 200,
            AutoPrepareMinUsages = 2,
            // Nothing changes a session's state (a test holds that), so nothing has to be put back: the seven statements that
            // would do it cost as much as a small query, at every use of a connection.
            NoResetOnClose = true,
            // A peer that vanished is noticed without waiting for the kernel's two hours.
            KeepAlive = 30,
            IncludeErrorDetail = false,
            ApplicationName = "smplat",
        };
        if (options.UsesIdentity && settings.SslMode < SslMode.Require && !IsLoopback(settings.Host))
        {
            // A token is as good as a password: it never crosses a network in the clear.
            settings.SslMode = SslMode.Require;
        }

        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        if (options.UsesIdentity && identity is not null)
        {
            builder.UsePasswordProvider(
                _ => throw new NotSupportedException("Connections are opened asynchronously."),
                (_, cancellationToken) => identity.GetAsync(cancellationToken));
        }

        // One event for each statement costs as much as its span where events are paid for, and the span has the duration.
        builder.ConfigureTracing(tracing => tracing.EnableFirstResponseEvent(false));
        if (loggers is not null)
        {
            builder.UseLoggerFactory(loggers);
        }

        return builder.Build();
    }

    private static bool IsLoopback(string? host) => host is "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
