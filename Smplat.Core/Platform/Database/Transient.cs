using System.Net.Sockets;
using Npgsql;

namespace Smplat.Core.Platform.Database;

/// <summary>Tells outages from defects, and repeats what is safe to repeat.</summary>
public static class Transient
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(50);

    /// <summary>True when the database was away, not when the statement was wrong.</summary>
    public static bool IsOutage(Exception exception) => exception switch
    {
        PostgresException postgres => postgres.IsTransient || postgres.SqlState is PostgresErrorCodes.AdminShutdown
            or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.QueryCanceled
            or PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.TooManyConnections,
        NpgsqlException => true,
        TimeoutException or SocketException => true,
        _ => exception.InnerException is { } inner && IsOutage(inner),
    };

    /// <summary>
    /// Runs a read, or a write that is idempotent by its keys, again after a passing fault: at most three times in all.
    /// Never use it for a statement whose repetition would take effect twice.
    /// </summary>
    public static async Task<T> RepeatAsync<T>(
        Func<CancellationToken, Task<T>> work, TimeProvider clock, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await work(cancellationToken);
            }
            catch (Exception exception) when (attempt < 3 && IsOutage(exception) && !cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(FirstDelay * attempt, clock, cancellationToken);
            }
        }
    }
}
