using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Resilience;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Fulfillment;

/// <summary>A call that was not made, because its host is failing or busy.</summary>
/// <param name="message">Names the host and says why.</param>
/// <param name="wait">How long to wait before the next try.</param>
internal sealed class HostPausedException(string message, TimeSpan wait) : Exception(message)
{
    public TimeSpan Wait => wait;
}

/// <summary>
/// Isolates hosts from each other: a failing or slow host delays only its own tasks, and no task uses up its retries against a
/// host that is down. Each instance has its own state.
/// </summary>
internal sealed class HostBulkheads(IOptionsMonitor<HostBulkheadOptions> options, TimeProvider clock, ILogger<HostBulkheads> logger)
{
    /// <summary>A call in progress for this long is slow: it no longer occupies a loop of the worker.</summary>
    public static readonly TimeSpan SlowAfter = TimeSpan.FromSeconds(2);

    // Templates can produce any number of hosts within an allowed domain.
    private const int MaxHosts = 500;

    private readonly ConcurrentDictionary<(string Host, int Parallelism, int Failures, int Seconds), HostBulkhead> _hosts = new();

    /// <summary>The number of known hosts.</summary>
    public int Count => _hosts.Count;

    /// <param name="url">Its host and port select the bulkhead.</param>
    /// <param name="call">Makes the call; its exceptions are passed on.</param>
    /// <param name="cancellationToken">Cancels the waiting and the call.</param>
    /// <exception cref="HostPausedException">The call was not made; try again later.</exception>
    public Task<CallResult> CallAsync(
        Uri url, Func<CancellationToken, Task<CallResult>> call, CancellationToken cancellationToken)
    {
        if (_hosts.Count >= MaxHosts)
        {
            RemoveIdle();
        }

        // Changed settings create a new bulkhead; calls in progress end in the old one.
        var settings = options.CurrentValue;
        var host = _hosts.GetOrAdd(
            (url.Authority, settings.Parallelism, settings.BreakerFailures, settings.BreakerSeconds),
            key => new HostBulkhead(key.Host, settings, clock, logger));
        return host.CallAsync(call, cancellationToken);
    }

    private void RemoveIdle()
    {
        foreach (var (key, host) in _hosts)
        {
            if (host.IsIdle)
            {
                _hosts.TryRemove(key, out _);
            }
        }
    }
}

/// <summary>Calls to one host: a limited number of concurrent ones, and none while its circuit is open.</summary>
internal sealed class HostBulkhead(string host, HostBulkheadOptions settings, TimeProvider clock, ILogger logger)
{
    // Longer than most calls take; a task that has to wait longer makes room for tasks of other hosts.
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim? _slots = settings.Parallelism > 0 ? new(settings.Parallelism) : null;
    private readonly CircuitBreaker? _breaker = settings.BreakerFailures < 2 ? null : new(
        new()
        {
            MinimumCalls = settings.BreakerFailures,
            Window = TimeSpan.FromSeconds(30),
            Break = new(TimeSpan.FromSeconds(settings.BreakerSeconds), TimeSpan.FromMinutes(5)),
        },
        clock);

    // Slow calls of a host that answers nothing else: further tasks wait instead of becoming slow calls themselves.
    private const int MaxSlow = 8;
    private static readonly TimeSpan SlowPause = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<object, long> _begun = new();
    private int _users;

    /// <summary>False while a call is in progress or waiting.</summary>
    public bool IsIdle => Volatile.Read(ref _users) == 0;

    /// <exception cref="HostPausedException">The host is failing, or too busy.</exception>
    public async Task<CallResult> CallAsync(Func<CancellationToken, Task<CallResult>> call, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _users);
        try
        {
            return await CallInSlotAsync(call, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _users);
        }
    }

    private async Task<CallResult> CallInSlotAsync(Func<CancellationToken, Task<CallResult>> call, CancellationToken cancellationToken)
    {
        if (_slots is null)
        {
            return await CallThroughBreakerAsync(call, cancellationToken);
        }

        if (!await _slots.WaitAsync(MaxWait, cancellationToken))
        {
            throw new HostPausedException($"{host} already has the maximum number of concurrent calls.", MaxWait);
        }

        try
        {
            return await CallThroughBreakerAsync(call, cancellationToken);
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task<CallResult> CallThroughBreakerAsync(
        Func<CancellationToken, Task<CallResult>> call, CancellationToken cancellationToken)
    {
        if (_begun.Values.Count(begun => clock.GetElapsedTime(begun) >= HostBulkheads.SlowAfter) >= MaxSlow)
        {
            throw new HostPausedException($"{host} has not answered {MaxSlow} calls yet.", SlowPause);
        }

        var key = new object();
        _begun[key] = clock.GetTimestamp();
        try
        {
            return await CallAndJudgeAsync(call, cancellationToken);
        }
        finally
        {
            _begun.TryRemove(key, out _);
        }
    }

    private async Task<CallResult> CallAndJudgeAsync(
        Func<CancellationToken, Task<CallResult>> call, CancellationToken cancellationToken)
    {
        if (_breaker is null)
        {
            return await call(cancellationToken);
        }

        if (!_breaker.TryEnter(out var pass))
        {
            // While a trial call is in progress no break time is left: its result decides.
            var left = _breaker.RetryAfter;
            throw new HostPausedException(
                $"{host} is not called for now: its circuit is open after repeated failures.", left > MaxWait ? left : MaxWait);
        }

        CallResult result;
        try
        {
            result = await call(cancellationToken);
        }
        catch (Exception problem)
        {
            if (IsFailureOfHost(problem) && !cancellationToken.IsCancellationRequested)
            {
                Report(_breaker, pass, failed: true);
            }
            else
            {
                // A stopping app or an invalid template says nothing about the host.
                _breaker.Abandon(pass);
            }

            throw;
        }

        Report(_breaker, pass, result.Status >= HttpStatusCode.InternalServerError);
        return result;
    }

    private void Report(CircuitBreaker breaker, CircuitPermit pass, bool failed)
    {
        if (failed && breaker.Fail(pass))
        {
            FulfillmentLog.HostPaused(logger, host, breaker.RetryAfter.TotalSeconds);
        }
        else if (!failed && breaker.Succeed(pass))
        {
            FulfillmentLog.HostResumed(logger, host);
        }
    }

    /// <summary>Whether the host, and not the task, is the reason for the missing answer.</summary>
    private static bool IsFailureOfHost(Exception problem) =>
        problem is HttpRequestException { InnerException: not PrivateAddressException }
            or IOException or SocketException or OperationCanceledException;
}
