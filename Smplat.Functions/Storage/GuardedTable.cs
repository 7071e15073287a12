using System.Diagnostics.Metrics;
using Azure;
using Azure.Core;
using Azure.Data.Tables;
using Azure.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Resilience;

namespace Smplat.Functions.Storage;

/// <summary>
/// A table that may be unavailable. Calls have a short timeout, are skipped for a while after repeated failures, and never
/// throw for failures of the table service; every failure is counted. A missing table is created in the background.
/// </summary>
public sealed class GuardedTable(
    string name, IOptionsMonitor<StorageOptions> options, TimeProvider clock, ILogger<GuardedTable> logger)
{
    private static readonly Counter<long> Failures = SmplatTelemetry.Meter.CreateCounter<long>(
        "smplat.table.failures", description: "Calls to a table that failed or timed out");

    private static readonly TimeSpan CreationTime = TimeSpan.FromSeconds(10);

    private readonly CircuitBreaker _breaker = new(
        new()
        {
            ConsecutiveFailures = 5,
            MinimumCalls = 20,
            Window = TimeSpan.FromSeconds(60),
            Break = new(TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5)),
        },
        clock);

    private readonly Lock _gate = new();
    private Connection? _connection;

    /// <param name="time">The timeout of background work; by default the short timeout of the settings.</param>
    /// <returns>False when the table service did not answer; the caller continues without it.</returns>
    public async Task<(bool IsAnswered, T? Value)> TryAsync<T>(
        Func<TableClient, CancellationToken, Task<T>> work, CancellationToken cancellationToken, TimeSpan? time = null)
    {
        if (Connect() is not { } connection || !connection.IsReady || !_breaker.TryEnter(out var pass))
        {
            return (false, default);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<T>? running = null;
        try
        {
            running = work(connection.Table, limit.Token);
            var timeout = time ?? TimeSpan.FromMilliseconds(options.CurrentValue.TimeoutMs);
            var value = await running.WaitAsync(timeout, clock, cancellationToken);
            _breaker.Succeed(pass);
            return (true, value);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _breaker.Abandon(pass);
            throw;
        }
        catch (Exception problem) when (IsOutage(problem))
        {
            Note(problem, connection, pass);
            return (false, default);
        }
        catch
        {
            _breaker.Abandon(pass);
            throw;
        }
        finally
        {
            await limit.CancelAsync();
            _ = running?.ContinueWith(late => late.Exception, TaskScheduler.Default);
        }
    }

    /// <summary>Any failure of the service: no connection, an error status, an invalid body, or a timeout.</summary>
    private static bool IsOutage(Exception problem) => problem is RequestFailedException or AuthenticationFailedException or TimeoutException or HttpRequestException
        or IOException or AggregateException or OperationCanceledException or System.Text.Json.JsonException
        or FormatException or InvalidOperationException or KeyNotFoundException or ArgumentException or InvalidCastException
        or OverflowException;

    private void Note(Exception problem, Connection connection, CircuitPermit pass)
    {
        Failures.Add(1, new("table", name), new("kind", problem.GetType().Name));
        if (problem is RequestFailedException { Status: 404 })
        {
            connection.Create();
        }

        if (_breaker.Fail(pass))
        {
            StorageLog.TablePaused(logger, name, problem.GetType().Name);
        }
    }

    /// <summary>The connection of the current settings; changed settings open a new one.</summary>
    private Connection? Connect()
    {
        var settings = options.CurrentValue;
        if (string.IsNullOrWhiteSpace(settings.ConnectionString) && settings.IdentityTables is null)
        {
            return null;
        }

        lock (_gate)
        {
            if (_connection is null || !_connection.Settings.OpensTheSameAs(settings))
            {
                _connection = Open(settings);
                _connection.Create();
            }

            return _connection;
        }
    }

    private Connection Open(StorageOptions settings)
    {
        var client = new TableClientOptions();
        client.Retry.MaxRetries = 0;
        client.Retry.Mode = RetryMode.Fixed;
        client.Retry.NetworkTimeout = CreationTime;
        try
        {
            return new Connection(settings, string.IsNullOrWhiteSpace(settings.ConnectionString)
                ? new TableClient(settings.IdentityTables!, name, settings.CreateCredential(), client)
                : new TableClient(settings.ConnectionString, name, client));
        }
        catch (Exception unusable) when (unusable is FormatException or ArgumentException or InvalidOperationException)
        {
            StorageLog.Unusable(logger, unusable.GetType().Name);
            return new Connection(settings, null);
        }
    }

    private sealed class Connection(StorageOptions settings, TableClient? table)
    {
        private int _creating;
        private volatile bool _isReady;

        public StorageOptions Settings => settings;

        /// <summary>Not null when the connection is ready.</summary>
        public TableClient Table => table!;

        public bool IsReady
        {
            get
            {
                if (!_isReady)
                {
                    Create();
                }

                return _isReady;
            }
        }

        /// <summary>Creates the table in the background; until it exists, calls are skipped.</summary>
        public void Create()
        {
            _isReady = false;
            if (table is not null && Interlocked.Exchange(ref _creating, 1) == 0)
            {
                _ = CreateAsync();
            }
        }

        private async Task CreateAsync()
        {
            using var limit = new CancellationTokenSource(CreationTime);
            try
            {
                await table!.CreateIfNotExistsAsync(limit.Token);
                _isReady = true;
            }
            catch (Exception outage) when (IsOutage(outage))
            {
                // The next caller tries again, at most once a second.
                await Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None);
            }
            finally
            {
                Volatile.Write(ref _creating, 0);
            }
        }
    }
}
