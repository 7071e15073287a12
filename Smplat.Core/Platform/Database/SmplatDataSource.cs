using System.Net;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Smplat.Core.Platform.Database;

/// <summary>Creates the single data source of a process.</summary>
public static class SmplatDataSource
{
    /// <summary>Used when no database is configured: every use fails immediately with a refused connection.</summary>
    private const string Unconfigured = "Host=127.0.0.1;Port=1;Database=smplat;Username=smplat";

    /// <summary>Whether the text can be parsed as a connection string or URI; nothing connects to it.</summary>
    /// <param name="why">What is wrong with a URI, without its values; otherwise empty.</param>
    public static bool IsConnectionString(string? text, out string why)
    {
        why = "";
        try
        {
            return Settings(text).Keys is not null;
        }
        catch (Exception unreadable) when (unreadable is ArgumentException or FormatException or KeyNotFoundException or InvalidCastException or OverflowException)
        {
            why = text is not null && PostgresUri.Is(text) ? unreadable.Message : "";
            return false;
        }
    }

    /// <summary>The settings in a connection string of Npgsql, or in a <c>postgres://</c> URI.</summary>
    internal static NpgsqlConnectionStringBuilder Settings(string? text) =>
        text is not null && PostgresUri.Is(text) ? PostgresUri.Read(text) : new NpgsqlConnectionStringBuilder(text);

    /// <param name="tokens">Supplies the token that is used as the password, when the options ask for it.</param>
    public static NpgsqlDataSource Create(DatabaseOptions options, ILoggerFactory? loggers, DatabaseTokenCache? tokens = null)
    {
        var settings = Settings(options.ConnectionString ?? Unconfigured);
        settings.MaxPoolSize = options.MaxConnections;
        settings.Timeout = options.ConnectTimeoutSeconds;
        settings.CommandTimeout = options.CommandTimeoutSeconds;
        // Long-lived connections prepare each statement only once.
        settings.MaxAutoPrepare = 200;
        settings.AutoPrepareMinUsages = 2;
        // Nothing changes the state of a session (a test checks this), so nothing has to be reset: the seven statements that
        // would do it cost as much as a small query, each time a connection is used.
        settings.NoResetOnClose = true;
        // Detects a vanished peer without waiting for the two hours of the kernel.
        settings.KeepAlive = 30;
        settings.IncludeErrorDetail = false;
        settings.ApplicationName = "smplat";
        if (options.UsesIdentity && settings.SslMode < SslMode.Require && !IsLoopback(settings.Host))
        {
            // A token is as good as a password, so it must never cross a network unencrypted.
            settings.SslMode = SslMode.Require;
        }

        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        if (options.UsesIdentity && tokens is not null)
        {
            builder.UsePasswordProvider(
                _ => throw new NotSupportedException("Connections are opened asynchronously."),
                (_, cancellationToken) => tokens.GetAsync(cancellationToken));
        }

        // Where events are billed, one event per statement costs as much as its span, and the span already has the duration.
        builder.ConfigureTracing(tracing => tracing.EnableFirstResponseEvent(false));
        if (loggers is not null)
        {
            builder.UseLoggerFactory(loggers);
        }

        return builder.Build();
    }

    private static bool IsLoopback(string? host) => host is "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}

/// <summary>A token that Postgres accepts as a password.</summary>
public sealed record DatabaseToken(string Text, DateTimeOffset ExpiresAt);

/// <summary>The source of tokens for Postgres: the app's managed identity, or the operator's own login on the command line.</summary>
public interface IDatabaseTokenSource
{
    /// <summary>Fetches a new token. An exception fails the connection that needed it.</summary>
    Task<DatabaseToken> FetchAsync(CancellationToken cancellationToken);
}

/// <summary>
/// Gives each new connection a valid token. A token is kept until five minutes before it expires, and fetched once for all
/// connections that wait for it. Open connections survive the expiry of their token: Postgres checks it only when they open.
/// </summary>
public sealed class DatabaseTokenCache(IDatabaseTokenSource source, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim _fetching = new(1);
    private DatabaseToken? _last;

    /// <summary>The token to use now.</summary>
    public async ValueTask<string> GetAsync(CancellationToken cancellationToken)
    {
        if (Current() is { } held)
        {
            return held;
        }

        await _fetching.WaitAsync(cancellationToken);
        try
        {
            if (Current() is { } fetchedMeanwhile)
            {
                return fetchedMeanwhile;
            }

            _last = await source.FetchAsync(cancellationToken);
            return _last.Text;
        }
        finally
        {
            _fetching.Release();
        }
    }

    public void Dispose() => _fetching.Dispose();

    private string? Current() => _last is { } token && token.ExpiresAt - clock.GetUtcNow() > Margin ? token.Text : null;
}
