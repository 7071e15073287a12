using System.Collections;
using System.Collections.Concurrent;
using System.Data;
using System.Net.Sockets;
using System.Reflection;
using System.Runtime.CompilerServices;
using Dapper;
using Npgsql;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Platform.Database;

/// <summary>Creates Dapper commands that can be cancelled and whose text can be stored, and repeats statements that are safe to repeat.</summary>
internal static class Sql
{
    private const int MaxAttempts = 3;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(50);

    /// <param name="text">The statement.</param>
    /// <param name="parameters">An object whose properties are the parameters of the statement.</param>
    /// <param name="transaction">The transaction to run in; null runs the statement on its own.</param>
    /// <param name="timeoutSeconds">Null uses the timeout of the connection string.</param>
    public static CommandDefinition Command(
        string text,
        object? parameters,
        CancellationToken cancellationToken,
        NpgsqlTransaction? transaction = null,
        int? timeoutSeconds = null) =>
        new(text, StorableParameters.From(parameters), transaction, timeoutSeconds, cancellationToken: cancellationToken);

    /// <summary>
    /// Runs a read, or a write that its keys make idempotent, up to three times when the database is temporarily unavailable.
    /// Never use it for a statement that must not take effect twice.
    /// </summary>
    public static async Task<T> RetryAsync<T>(
        Func<CancellationToken, Task<T>> work, TimeProvider clock, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await work(cancellationToken);
            }
            catch (Exception exception) when (
                attempt < MaxAttempts && DatabaseErrors.IsOutage(exception) && !cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(FirstDelay * attempt, clock, cancellationToken);
            }
        }
    }
}

/// <summary>
/// The door of the database for text: a parameter that holds NUL or half of a surrogate pair is cleaned, so that no text from
/// outside can make a statement fail. Parameters without such text pass as they are.
/// </summary>
internal sealed class StorableParameters(object values) : SqlMapper.IDynamicParameters
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> Texts = new();

    /// <param name="parameters">An object, or a list of objects for a statement that runs once for each.</param>
    public static object? From(object? parameters) => parameters switch
    {
        null or string or SqlMapper.IDynamicParameters => parameters,
        ICollection list => list.Cast<object>().All(IsStorable) ? list : list.Cast<object>().Select(Wrap).ToArray(),
        IEnumerable sequence => From(sequence.Cast<object>().ToArray()),
        _ => IsStorable(parameters) ? parameters : Wrap(parameters),
    };

    public void AddParameters(IDbCommand command, SqlMapper.Identity identity)
    {
        ((SqlMapper.IDynamicParameters)new DynamicParameters(values)).AddParameters(command, identity);
        foreach (IDbDataParameter parameter in command.Parameters)
        {
            parameter.Value = parameter.Value switch
            {
                string text => SafeText.Clean(text),
                string?[] texts => texts.Select(text => text is null ? null : SafeText.Clean(text)).ToArray(),
                IReadOnlyCollection<string> texts => texts.Select(SafeText.Clean).ToArray(),
                var other => other,
            };
        }
    }

    private static StorableParameters Wrap(object values) => new(values);

    private static bool IsStorable(object values)
    {
        foreach (var property in Texts.GetOrAdd(values.GetType(), TextsOf))
        {
            var isStorable = property.GetValue(values) switch
            {
                string text => SafeText.IsStorable(text),
                IEnumerable<string?> texts => texts.All(text => SafeText.IsStorable(text)),
                _ => true,
            };
            if (!isStorable)
            {
                return false;
            }
        }

        return true;
    }

    private static PropertyInfo[] TextsOf(Type type) =>
    [
        .. type.GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(property =>
            property.GetIndexParameters().Length == 0
            && (property.PropertyType == typeof(string) || property.PropertyType.IsAssignableTo(typeof(IEnumerable<string>)))),
    ];
}

/// <summary>Distinguishes outages, bad data and defects.</summary>
public static class DatabaseErrors
{
    /// <summary>True when the database was unavailable, false when the statement was wrong.</summary>
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
    /// True when the database answered and gave up the statement because of others: a deadlock, a serialization failure or a
    /// lock that was not available. The transaction was rolled back, and the same request succeeds later.
    /// </summary>
    public static bool IsConflict(Exception exception) => exception switch
    {
        PostgresException postgres => postgres.SqlState is PostgresErrorCodes.DeadlockDetected
            or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.LockNotAvailable,
        _ => exception.InnerException is { } inner && IsConflict(inner),
    };

    /// <summary>True when a table, a column or a function is missing: before the migrations have ended, the schema is not there yet.</summary>
    public static bool IsMissingSchema(Exception exception) => exception switch
    {
        PostgresException postgres => postgres.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn
            or PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.UndefinedObject or PostgresErrorCodes.InvalidSchemaName,
        _ => exception.InnerException is { } inner && IsMissingSchema(inner),
    };

    /// <summary>
    /// True when the database will never accept this data: SQLSTATE classes 22 and 23, a value that is too long for an index
    /// or for jsonb (54000), and values that cannot even be sent. False when the time or the schema is the problem.
    /// </summary>
    public static bool IsBadData(Exception exception) => exception is PostgresException postgres
        ? postgres.SqlState is ['2', '2' or '3', ..] or PostgresErrorCodes.ProgramLimitExceeded
        : exception is ArgumentException or FormatException or OverflowException or InvalidCastException;
}

/// <summary>How Dapper maps our columns; set once, before the first query.</summary>
internal static class DapperSetup
{
#pragma warning disable CA2255 // Stores are also used without the container (tests, tools), so the mapping cannot wait for it.
    [ModuleInitializer]
    public static void Apply()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset));
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset?));
        SqlMapper.AddTypeHandler(new InstantHandler());
    }
#pragma warning restore CA2255

    /// <summary>Npgsql returns a UTC DateTime for timestamptz, and refuses to write an offset other than zero.</summary>
    private sealed class InstantHandler : SqlMapper.TypeHandler<DateTimeOffset>
    {
        public override void SetValue(IDbDataParameter parameter, DateTimeOffset value) => parameter.Value = value.UtcDateTime;

        public override DateTimeOffset Parse(object value) => value switch
        {
            DateTimeOffset instant => instant,
            DateTime utc => new DateTimeOffset(DateTime.SpecifyKind(utc, DateTimeKind.Utc)),
            _ => throw new DataException($"A {value.GetType()} is not an instant."),
        };
    }
}

internal static class StoredTime
{
    /// <summary>The current time in whole microseconds, as Postgres stores it: a value just written equals the value read back.</summary>
    public static DateTimeOffset GetStoredNow(this TimeProvider clock)
    {
        var ticks = clock.GetUtcNow().UtcTicks;
        return new(ticks - (ticks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
    }
}
