using Microsoft.Extensions.Options;
using Polly;
using Polly.Hedging;

namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// Measures quotes and, where settings say so, shortens their timeout to what is usual and asks a second time when a quote
/// is late. A quote is a read: asking twice changes nothing at the vendor but its call count.
/// </summary>
internal sealed class HurriedGateway(
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
                ? await AskTwiceAsync(request, shortened, late, settings.HedgingBudget, either.Token)
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

    private async Task<QuoteOutcome> AskTwiceAsync(
        QuoteRequest request, ProviderConfig config, TimeSpan late, double share, CancellationToken cancellationToken)
    {
        _budget.Earn(share);
        var hedged = new ResiliencePipelineBuilder<QuoteOutcome> { TimeProvider = clock }
            .AddHedging(new HedgingStrategyOptions<QuoteOutcome>
            {
                Delay = late,
                MaxHedgedAttempts = 1,
                // Only lateness calls for a second try; a failure has its own retries and its own meaning.
                ShouldHandle = _ => PredicateResult.False(),
                ActionGenerator = arguments => _budget.TrySpend()
                    ? () => arguments.Callback(arguments.ActionContext)
                    : null,
            })
            .Build();
        return await hedged.ExecuteAsync(async token => await AskAsync(request, config, token), cancellationToken);
    }
}
