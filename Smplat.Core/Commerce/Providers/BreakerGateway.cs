using Smplat.Core.Platform.Resilience;

namespace Smplat.Core.Commerce.Providers;

/// <summary>Asks a provider only while its circuit lets it, and reports the results to the circuit.</summary>
internal sealed class BreakerGateway(IProviderGateway inner, CircuitBreaker breaker, TimeProvider clock) : GatewayDecorator(inner)
{
    /// <summary>A call that was cancelled after this share of its timeout was too slow; before it, nobody wanted the answer.</summary>
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
            Report(pass, outcome is QuoteOutcome.Failed { Failure: var failure } && FailurePolicy.IsUnwell(failure));
            return outcome;
        }
        catch (ProviderFailureException failed)
        {
            Report(pass, FailurePolicy.IsUnwell(failed.Failure));
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

    private void Report(CircuitPermit pass, bool isUnwell)
    {
        if (isUnwell)
        {
            breaker.Fail(pass);
        }
        else
        {
            breaker.Succeed(pass);
        }
    }
}
