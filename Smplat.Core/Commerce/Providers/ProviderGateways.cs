using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Caching;
using Smplat.Core.Platform.Resilience;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// The gateway of each provider, ready for use. The registered <see cref="IProviderGateway"/>s are the real ones, already
/// decorated with cache, circuit breaker and hedging (<see cref="ProviderFeature"/>); here each gets its timeout and its mock
/// switch. From outside in: mock switch, timeout, cache, circuit breaker, hedging, vendor.
/// </summary>
public sealed class ProviderGateways
{
    private readonly IProviderGateway[] _gateways;

    public ProviderGateways(
        IEnumerable<IProviderGateway> live,
        IOptionsMonitor<RuntimeOptions> runtime,
        TimeProvider clock,
        ILoggerFactory loggers)
    {
        // As everywhere in the container, the last registration wins.
        var byId = new Dictionary<ProviderId, IProviderGateway>();
        foreach (var gateway in live)
        {
            byId[gateway.Id] = gateway;
        }

        var logger = loggers.CreateLogger<MockSwitchGateway>();
        _gateways =
        [
            .. ProviderIds.All.Select(id => new MockSwitchGateway(
                byId.TryGetValue(id, out var real) ? new TimeoutGateway(real, clock) : null,
                new MockGateway(id, clock),
                runtime,
                logger)),
        ];
    }

    public IProviderGateway For(ProviderId id) => _gateways[(int)id];
}

/// <summary>
/// Decides between the real provider and its mock: the mock when its switch is on, else the real provider; after a failure
/// the mock only where a setting allows it. Without credentials a local run gets mock prices and every other environment an
/// error, so that a lost secret never leads to sales at mock prices.
/// </summary>
internal sealed class MockSwitchGateway(
    IProviderGateway? live,
    MockGateway mock,
    IOptionsMonitor<RuntimeOptions> runtime,
    ILogger<MockSwitchGateway> logger) : IProviderGateway
{
    public const string MockWarning = "Prices are invented (mock mode)";

    public ProviderId Id => mock.Id;

    public ProviderCapabilities Capabilities => live?.Capabilities ?? mock.Capabilities;

    public async Task<QuoteOutcome> QuoteAsync(
        QuoteRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        if (config.Mock)
        {
            return await mock.QuoteAsync(request, config, cancellationToken);
        }

        var outcome = await QuoteLiveAsync(request, config, cancellationToken);
        if (outcome is not QuoteOutcome.Failed { Failure: var failure } || !MayFallBack(config, failure))
        {
            return outcome;
        }

        CommerceLog.ProviderFallback(logger, Id.ToWire(), failure.Code, "mock");
        return await mock.QuoteAsync(request, config, cancellationToken);
    }

    public async Task<ProviderHealth> CheckHealthAsync(ProviderConfig config, CancellationToken cancellationToken)
    {
        if (config.Mock)
        {
            return await mock.CheckHealthAsync(config, cancellationToken);
        }

        return live is null
            ? new ProviderHealth(false, 0, ProviderMode.Real, ProviderFailure.MissingCredentials(Id).Message)
            : await live.CheckHealthAsync(config, cancellationToken);
    }

    /// <summary>Only the mock confirms a mock quote and only the provider a real one, whatever the switch says by then.</summary>
    public Task<ConfirmOutcome> ConfirmAsync(
        ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        For(request.Quote) is { } gateway
            ? gateway.ConfirmAsync(request, config, cancellationToken)
            : Task.FromResult<ConfirmOutcome>(new ConfirmOutcome.Failed(ProviderFailure.MissingCredentials(Id), true));

    public Task<LookupOutcome> FindOrderAsync(
        ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        For(request.Quote) is { } gateway
            ? gateway.FindOrderAsync(request, config, cancellationToken)
            : Task.FromResult<LookupOutcome>(new LookupOutcome.Unknown(ProviderFailure.MissingCredentials(Id).Message));

    public Task<CancelOutcome> CancelAsync(CancelRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        (live is null || MockGateway.IsMockOrder(request.ProviderOrderId) ? mock : live)
            .CancelAsync(request, config, cancellationToken);

    private IProviderGateway? For(ProviderQuote quote) => quote.IsMock ? mock : live;

    private Task<QuoteOutcome> QuoteLiveAsync(
        QuoteRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        live is null
            ? Task.FromResult<QuoteOutcome>(new QuoteOutcome.Failed(ProviderFailure.MissingCredentials(Id)))
            : live.QuoteAsync(request, config, cancellationToken);

    private bool MayFallBack(ProviderConfig config, ProviderFailure failure) =>
        config.AllowMockFallback
        || (failure.Code == ProviderFailureCodes.MissingCredentials && runtime.CurrentValue.IsLocal);
}

/// <summary>
/// Enforces a provider's timeout. When it expires, the caller gets its answer immediately, whether or not the provider obeys
/// cancellation. The abandoned call is cancelled and its result is observed, so that a late quote can still reach the caches
/// below and a late exception is not left unobserved. A call that blocks its thread costs only its own quote.
/// </summary>
internal sealed class TimeoutGateway(IProviderGateway inner, TimeProvider clock) : IProviderGateway
{
    public ProviderId Id => inner.Id;

    public ProviderCapabilities Capabilities => inner.Capabilities;

    public async Task<QuoteOutcome> QuoteAsync(
        QuoteRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        var attempt = await RunAsync(
            token => inner.QuoteAsync(request, config, token), config.Timeout, cancellationToken);
        return attempt.IsCompleted ? attempt.Answer! : new QuoteOutcome.Failed(attempt.Failure(config));
    }

    public async Task<ProviderHealth> CheckHealthAsync(ProviderConfig config, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        var attempt = await RunAsync(token => inner.CheckHealthAsync(config, token), config.Timeout, cancellationToken);
        return attempt.IsCompleted
            ? attempt.Answer!
            : new ProviderHealth(
                false, (int)clock.GetElapsedTime(start).TotalMilliseconds, ProviderMode.Real, attempt.Failure(config).Message);
    }

    /// <summary>A confirmation without an answer may have succeeded, so the failure does not claim that nothing was placed.</summary>
    public async Task<ConfirmOutcome> ConfirmAsync(
        ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        var attempt = await RunAsync(token => inner.ConfirmAsync(request, config, token), config.Timeout, cancellationToken);
        return attempt.IsCompleted ? attempt.Answer! : new ConfirmOutcome.Failed(attempt.Failure(config), false);
    }

    public async Task<LookupOutcome> FindOrderAsync(
        ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        var attempt = await RunAsync(token => inner.FindOrderAsync(request, config, token), config.Timeout, cancellationToken);
        return attempt.IsCompleted ? attempt.Answer! : new LookupOutcome.Unknown(attempt.Failure(config).Message);
    }

    public async Task<CancelOutcome> CancelAsync(
        CancelRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        var attempt = await RunAsync(token => inner.CancelAsync(request, config, token), config.Timeout, cancellationToken);
        return attempt.IsCompleted ? attempt.Answer! : new CancelOutcome.Failed(attempt.Failure(config));
    }

    private async Task<TimedCall<T>> RunAsync<T>(
        Func<CancellationToken, Task<T>> call, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var abandon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = Task.Run(() => call(abandon.Token), CancellationToken.None);
        try
        {
            return new TimedCall<T>(true, await running.WaitAsync(timeout, clock, cancellationToken), null);
        }
        catch (Exception exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new TimedCall<T>(false, default, running.IsCompleted ? exception : null);
        }
        finally
        {
            _ = ReleaseAsync(running, abandon);
        }
    }

    /// <summary>Cancels a call that is still running and waits for its end in the background.</summary>
    private static async Task ReleaseAsync(Task running, CancellationTokenSource abandon)
    {
        if (!running.IsCompleted)
        {
            await abandon.CancelAsync();
        }

        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        abandon.Dispose();
    }

    private readonly record struct TimedCall<T>(bool IsCompleted, T? Answer, Exception? Error)
    {
        /// <summary>No error means a timeout, and so does a cancellation that the caller did not ask for.</summary>
        public ProviderFailure Failure(ProviderConfig config) => Error switch
        {
            null or OperationCanceledException or TimeoutException => ProviderFailure.Timeout(config.Id, config.TimeoutMs),
            ProviderFailureException refused => refused.Failure,
            _ => ProviderFailure.Unavailable(config.Id, Error.GetType().Name),
        };
    }
}

/// <summary>Passes every call on; decorators override the calls that they change.</summary>
internal abstract class GatewayDecorator(IProviderGateway inner) : IProviderGateway
{
    public ProviderId Id => inner.Id;

    public ProviderCapabilities Capabilities => inner.Capabilities;

    protected IProviderGateway Inner => inner;

    public virtual Task<QuoteOutcome> QuoteAsync(
        QuoteRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        inner.QuoteAsync(request, config, cancellationToken);

    public virtual Task<ProviderHealth> CheckHealthAsync(ProviderConfig config, CancellationToken cancellationToken) =>
        inner.CheckHealthAsync(config, cancellationToken);

    public Task<ConfirmOutcome> ConfirmAsync(
        ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        inner.ConfirmAsync(request, config, cancellationToken);

    public Task<LookupOutcome> FindOrderAsync(
        ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        inner.FindOrderAsync(request, config, cancellationToken);

    public Task<CancelOutcome> CancelAsync(CancelRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        inner.CancelAsync(request, config, cancellationToken);
}

/// <summary>
/// Caches quotes and probes. The same basket is priced once at a time and then reused for a few minutes; a failure is never
/// cached, but a recent quote may replace it.
/// </summary>
internal sealed class CachingGateway(
    IProviderGateway inner, VendorCache cache, IOptionsMonitor<QuoteCacheOptions> lifetimes, TimeProvider clock)
    : GatewayDecorator(inner)
{
    public const string CachedWarning = "Prices are from the last few minutes; the provider does not answer now";

    /// <summary>Up to this age a cached quote may replace a failed one.</summary>
    private static readonly TimeSpan MaxStaleAge = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan HealthLifetime = TimeSpan.FromSeconds(30);

    private readonly SingleFlight<QuoteOutcome> _quotes = new();
    private readonly SingleFlightCache<ProviderHealth> _probes = new(new(1), clock);

    public override async Task<QuoteOutcome> QuoteAsync(
        QuoteRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        var key = CacheKey.Quote(Id, request, VariantOf(config));
        var lifetime = TimeSpan.FromSeconds(lifetimes.CurrentValue.QuoteSeconds);
        var kept = await cache.FindAsync(key, CommerceJson.Default.ProviderQuote, cancellationToken);
        if (kept is not null && !request.Fresh && AgeOf(kept) < lifetime)
        {
            return new QuoteOutcome.Quoted(kept with { Provider = QuotedProvider.From(config) });
        }

        var outcome = await AskAsync(key, request, config, lifetime, cancellationToken);
        return outcome is QuoteOutcome.Failed && kept is not null && !request.Fresh && AgeOf(kept) < MaxStaleAge
            ? new QuoteOutcome.Quoted(kept with
            {
                Provider = QuotedProvider.From(config),
                Warnings = [.. kept.Warnings ?? [], CachedWarning],
            })
            : outcome;
    }

    public override async Task<ProviderHealth> CheckHealthAsync(ProviderConfig config, CancellationToken cancellationToken)
    {
        var answer = await _probes.GetAsync(
            "health", async token => new(await Inner.CheckHealthAsync(config, token), HealthLifetime), default, cancellationToken);
        if (answer.Error is { } error)
        {
            ExceptionDispatchInfo.Throw(error);
        }

        return answer.Held!.Value;
    }

    private async Task<QuoteOutcome> AskAsync(
        CacheKey key, QuoteRequest request, ProviderConfig config, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        try
        {
            // Callers with a key do not wait for a quote that is charged to one without, whose share may be used up.
            return await _quotes.RunAsync(
                request.Caller is null ? key.Text : key.Text + ":open",
                async token =>
                {
                    var outcome = await Inner.QuoteAsync(request, config, token);
                    if (outcome is QuoteOutcome.Quoted { Quote: { IsPartial: false } quote })
                    {
                        cache.Keep(
                            key, CommerceJson.Default.ProviderQuote, quote, lifetime > MaxStaleAge ? lifetime : MaxStaleAge);
                    }

                    return outcome;
                },
                cancellationToken);
        }
        catch (ProviderFailureException failed)
        {
            return new QuoteOutcome.Failed(failed.Failure);
        }
    }

    private TimeSpan AgeOf(ProviderQuote quote) => clock.GetUtcNow() - quote.FetchedAt;

    /// <summary>Settings that change the content of a quote; priority and rate are set when it is read.</summary>
    private static string VariantOf(ProviderConfig config) => string.Join('+', config.Regions);
}

/// <summary>Asks a provider only while its circuit allows it, and reports the results to the circuit.</summary>
internal sealed class BreakerGateway(IProviderGateway inner, CircuitBreaker breaker, TimeProvider clock) : GatewayDecorator(inner)
{
    /// <summary>A call cancelled after this share of its timeout counts as too slow; before it, the caller gave up for its own reasons.</summary>
    private const double TooSlow = 0.8;

    public override async Task<QuoteOutcome> QuoteAsync(
        QuoteRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        if (!breaker.TryEnter(out var pass))
        {
            return new QuoteOutcome.Failed(ProviderFailure.CircuitOpen(Id));
        }

        var start = clock.GetTimestamp();
        try
        {
            var outcome = await Inner.QuoteAsync(request, config, cancellationToken);
            Report(pass, outcome is QuoteOutcome.Failed { Failure: var failure } && failure.CountsAgainstCircuit());
            return outcome;
        }
        catch (ProviderFailureException failed)
        {
            Report(pass, failed.Failure.CountsAgainstCircuit());
            return new QuoteOutcome.Failed(failed.Failure);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            if (clock.GetElapsedTime(start) >= config.Timeout * TooSlow)
            {
                breaker.Fail(pass);
            }
            else
            {
                breaker.Abandon(pass);
            }

            throw;
        }
        catch
        {
            breaker.Fail(pass);
            throw;
        }
    }

    private void Report(CircuitPermit pass, bool hasFailed)
    {
        if (hasFailed)
        {
            breaker.Fail(pass);
        }
        else
        {
            breaker.Succeed(pass);
        }
    }
}
