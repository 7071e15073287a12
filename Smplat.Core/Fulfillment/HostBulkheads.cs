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
/// <param name="wait">After which it is worth another try.</param>
public sealed class HostPausedException(string message, TimeSpan wait) : Exception(message)
{
    public TimeSpan Wait => wait;
}

/// <summary>
/// Keeps hosts apart: one that fails or is slow costs its own tasks time and nobody else's, and no task uses up its retries
/// against a host that is down. Each instance learns for itself.
/// </summary>
public sealed class HostBulkheads(IOptionsMonitor<HostOptions> options, TimeProvider clock, ILogger<HostBulkheads> logger)
{
    // Templates may make up any number of hosts within an allowed domain.
    private const int MaxHosts = 500;

    private readonly ConcurrentDictionary<(string Host, int Parallelism, int Failures, int Seconds), HostBulkhead> _hosts = new();

    /// <summary>Hosts that are remembered.</summary>
    public int Count => _hosts.Count;

    /// <param name="url">Its host and port choose the bulkhead.</param>
    /// <param name="call">Makes the call; its failures are its own to throw.</param>
    /// <param name="cancellationToken">Ends the waiting and the call.</param>
    /// <exception cref="HostPausedException">The call was not made and should be, later.</exception>
    public Task<CallResult> CallAsync(
        Uri url, Func<CancellationToken, Task<CallResult>> call, CancellationToken cancellationToken)
    {
        if (_hosts.Count >= MaxHosts)
        {
            Forget();
        }

        // Changed settings make a new bulkhead; what is under way ends in the old one.
        var settings = options.CurrentValue;
        var host = _hosts.GetOrAdd(
            (url.Authority, settings.Parallelism, settings.BreakerFailures, settings.BreakerSeconds),
            key => new HostBulkhead(key.Host, settings, clock, logger));
        return host.CallAsync(call, cancellationToken);
    }

    private void Forget()
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

/// <summary>The way to one host: a bounded number of concurrent calls, and none while its circuit is open.</summary>
internal sealed class HostBulkhead(string host, HostOptions settings, TimeProvider clock, ILogger logger)
{
    // Longer than most calls take; a task that waits longer makes room for one that goes elsewhere.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim? _slots = settings.Parallelism > 0 ? new(settings.Parallelism) : null;
    private readonly CircuitBreaker? _breaker = settings.BreakerFailures < 2 ? null : new(
        new()
        {
            MinimumCalls = settings.BreakerFailures,
            Window = TimeSpan.FromSeconds(30),
            Break = new(TimeSpan.FromSeconds(settings.BreakerSeconds), TimeSpan.FromMinutes(5)),
        },
        clock);

    private int _users;

    /// <summary>False while a call is under way or waits.</summary>
    public bool IsIdle => Volatile.Read(ref _users) == 0;

    /// <exception cref="HostPausedException">The host is failing, or too busy.</exception>
    public async Task<CallResult> CallAsync(Func<CancellationToken, Task<CallResult>> call, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _users);
        try
        {
            return await InTurnAsync(call, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _users);
        }
    }

    private async Task<CallResult> InTurnAsync(Func<CancellationToken, Task<CallResult>> call, CancellationToken cancellationToken)
    {
        if (_slots is null)
        {
            return await UnlessOpenAsync(call, cancellationToken);
        }

        if (!await _slots.WaitAsync(Patience, cancellationToken))
        {
            throw new HostPausedException($"{host} is busy with as many calls as it may get.", Patience);
        }

        try
        {
            return await UnlessOpenAsync(call, cancellationToken);
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task<CallResult> UnlessOpenAsync(Func<CancellationToken, Task<CallResult>> call, CancellationToken cancellationToken)
    {
        if (_breaker is null)
        {
            return await call(cancellationToken);
        }

        if (!_breaker.TryEnter(out var pass))
        {
            // While a trial call is under way no time is left on the break: the verdict is one call away.
            var left = _breaker.RetryAfter;
            throw new HostPausedException($"{host} is not called for now, after repeated failures.", left > Patience ? left : Patience);
        }

        CallResult result;
        try
        {
            result = await call(cancellationToken);
        }
        catch (Exception problem)
        {
            if (IsHostsOwn(problem) && !cancellationToken.IsCancellationRequested)
            {
                Report(_breaker, pass, failed: true);
            }
            else
            {
                // A stopping app or a wrong template says nothing about the host.
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

    /// <summary>Whether the host, and not the task, is the reason that there is no answer.</summary>
    private static bool IsHostsOwn(Exception problem) =>
        problem is HttpRequestException { InnerException: not PrivateAddressException } or IOException or SocketException or OperationCanceledException;
}
