using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Smplat.Core.Fulfillment.Execution;
using Smplat.Core.Outgoing;

namespace Smplat.Core.Fulfillment.Hosts;

/// <summary>The way to one host: so many calls side by side, and none while it fails.</summary>
internal sealed class HostLane
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);

    // Longer than most calls take; a task that waits longer makes room for one that goes elsewhere.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ResiliencePipeline<CallResult> _breaker;
    private readonly SemaphoreSlim? _slots;
    private readonly string _host;
    private int _users;

    public HostLane(string host, HostOptions settings, TimeProvider clock, ILogger logger)
    {
        _host = host;
        _slots = settings.Parallelism > 0 ? new(settings.Parallelism) : null;
        _breaker = settings.BreakerFailures < 2 ? ResiliencePipeline<CallResult>.Empty : Breaker(host, settings, clock, logger);
    }

    /// <summary>False while a call is under way or waits.</summary>
    public bool IsIdle => Volatile.Read(ref _users) == 0;

    /// <exception cref="HostPausedException">The host fails, or is too busy.</exception>
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
            return await UnlessPausedAsync(call, cancellationToken);
        }

        if (!await _slots.WaitAsync(Patience, cancellationToken))
        {
            throw new HostPausedException($"{_host} is busy with as many calls as it may get.", Patience);
        }

        try
        {
            return await UnlessPausedAsync(call, cancellationToken);
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task<CallResult> UnlessPausedAsync(
        Func<CancellationToken, Task<CallResult>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await _breaker.ExecuteAsync(async token => await call(token), cancellationToken);
        }
        catch (BrokenCircuitException paused)
        {
            // While one call tries the host, no time is given: the verdict is a call away.
            var wait = paused.RetryAfter is { } left && left > Patience ? left : Patience;
            throw new HostPausedException($"{_host} is left alone after repeated failures.", wait);
        }
    }

    private static ResiliencePipeline<CallResult> Breaker(string host, HostOptions settings, TimeProvider clock, ILogger logger) =>
        new ResiliencePipelineBuilder<CallResult> { TimeProvider = clock }
            .AddCircuitBreaker(new()
            {
                FailureRatio = 0.5,
                MinimumThroughput = settings.BreakerFailures,
                SamplingDuration = Window,
                BreakDurationGenerator = arguments => ValueTask.FromResult(HostPausePolicy.Pause(settings.BreakerSeconds, arguments.HalfOpenAttempts)),
                ShouldHandle = arguments => ValueTask.FromResult(
                    IsFailure(arguments.Outcome, arguments.Context.CancellationToken)),
                OnOpened = arguments =>
                {
                    FulfillmentLog.HostPaused(logger, host, arguments.BreakDuration.TotalSeconds);
                    return default;
                },
                OnClosed = _ =>
                {
                    FulfillmentLog.HostResumed(logger, host);
                    return default;
                },
            })
            .Build();

    /// <summary>The host's own failure: silence or 5xx. A refusal of one task says nothing about the next.</summary>
    private static bool IsFailure(Outcome<CallResult> outcome, CancellationToken stopped) => outcome switch
    {
        { Result.Status: >= HttpStatusCode.InternalServerError } => true,
        { Exception: HttpRequestException { InnerException: not PrivateAddressException } or IOException or SocketException } => true,
        { Exception: OperationCanceledException } => !stopped.IsCancellationRequested,
        _ => false,
    };
}
