using Microsoft.Extensions.Options;
using Polly;
using Polly.Hedging;

namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// Measures how long quotes take. Where the settings say so, it shortens the timeout to the usual time and sends a second
/// request when a quote is late. A quote is a read: a second request changes nothing at the vendor but its call count.
/// </summary>
internal sealed class HedgingGateway(
    IProviderGateway inner, IOptionsMonitor<ResilienceOptions> options, TimeProvider clock) : GatewayDecorator(inner)
{
    private readonly LatencyWindow _latencies = new(clock);
    private readonly HedgeBudget _budget = new();

    public override async Task<QuoteOutcome> QuoteAsync(
        QuoteRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        var usual = _latencies.P95;
        var timeout = settings.AdaptiveTimeout ? AdaptiveTimeout.For(usual, config.Timeout) : config.Timeout;
        var shortened = config with { TimeoutMs = (int)timeout.TotalMilliseconds };
        using var limit = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return settings.Hedging && usual is { } late
                ? await HedgeAsync(request, shortened, late, settings.HedgingBudget, either.Token)
                : await AskAsync(request, shortened, either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new QuoteOutcome.Failed(ProviderFailure.Timeout(Id, shortened.TimeoutMs));
        }
    }

    private async Task<QuoteOutcome> AskAsync(QuoteRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        var outcome = await Inner.QuoteAsync(request, config, cancellationToken);
        if (outcome is QuoteOutcome.Quoted)
        {
            _latencies.Add(clock.GetElapsedTime(start));
        }

        return outcome;
    }

    private async Task<QuoteOutcome> HedgeAsync(
        QuoteRequest request, ProviderConfig config, TimeSpan late, double share, CancellationToken cancellationToken)
    {
        _budget.Earn(share);
        var hedged = new ResiliencePipelineBuilder<QuoteOutcome> { TimeProvider = clock }
            .AddHedging(new HedgingStrategyOptions<QuoteOutcome>
            {
                Delay = late,
                MaxHedgedAttempts = 1,
                // Only a late answer triggers a second request; failures have retries of their own.
                ShouldHandle = _ => PredicateResult.False(),
                ActionGenerator = arguments => _budget.TrySpend()
                    ? () => arguments.Callback(arguments.ActionContext)
                    : null,
            })
            .Build();
        return await hedged.ExecuteAsync(async token => await AskAsync(request, config, token), cancellationToken);
    }
}

/// <summary>The runbook's tuning rule for timeouts, P95 plus two seconds, applied automatically.</summary>
internal static class AdaptiveTimeout
{
    private static readonly TimeSpan Headroom = TimeSpan.FromMilliseconds(2000);
    private static readonly TimeSpan Min = TimeSpan.FromMilliseconds(1500);

    /// <param name="p95">Null while there are too few samples; then the setting applies.</param>
    public static TimeSpan For(TimeSpan? p95, TimeSpan configured)
    {
        if (p95 is not { } usual)
        {
            return configured;
        }

        var wanted = usual + Headroom;
        var atLeast = wanted > Min ? wanted : Min;
        return atLeast < configured ? atLeast : configured;
    }
}

/// <summary>How long a provider's quotes took in the last 15 minutes; the newest 1,024 of them.</summary>
internal sealed class LatencyWindow(TimeProvider clock)
{
    /// <summary>With fewer samples a percentile is not meaningful.</summary>
    private const int MinSamples = 50;

    private const int Capacity = 1024;

    private static readonly TimeSpan Length = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly (DateTimeOffset At, TimeSpan Took)[] _samples = new (DateTimeOffset, TimeSpan)[Capacity];
    private DateTimeOffset _computedAt = DateTimeOffset.MinValue;
    private TimeSpan? _p95;
    private long _next;

    public void Add(TimeSpan took)
    {
        lock (_gate)
        {
            _samples[_next++ % Capacity] = (clock.GetUtcNow(), took);
        }
    }

    /// <summary>Null with fewer than 50 samples. Computed at most once a second.</summary>
    public TimeSpan? P95
    {
        get
        {
            lock (_gate)
            {
                var now = clock.GetUtcNow();
                if (now - _computedAt >= Refresh)
                {
                    var recent = _samples.Take((int)Math.Min(_next, Capacity))
                        .Where(sample => now - sample.At <= Length)
                        .Select(sample => sample.Took)
                        .Order()
                        .ToArray();
                    _p95 = recent.Length < MinSamples ? null : recent[(int)Math.Ceiling(recent.Length * 0.95) - 1];
                    _computedAt = now;
                }

                return _p95;
            }
        }
    }
}

/// <summary>Allows duplicate calls up to a share of all calls: each call earns a fraction, a duplicate spends one.</summary>
internal sealed class HedgeBudget
{
    /// <summary>Saved duplicates above this are dropped, so that a quiet hour does not allow a burst.</summary>
    private const double MaxSaved = 5;

    private readonly Lock _gate = new();
    private double _saved;

    public void Earn(double share)
    {
        lock (_gate)
        {
            _saved = Math.Min(MaxSaved, _saved + share);
        }
    }

    public bool TrySpend()
    {
        lock (_gate)
        {
            if (_saved < 1)
            {
                return false;
            }

            _saved--;
            return true;
        }
    }
}
