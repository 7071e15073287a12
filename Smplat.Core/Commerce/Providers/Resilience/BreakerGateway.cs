namespace Smplat.Core.Commerce.Providers.Resilience;

/// <summary>Leaves a provider alone while its circuit is open, and tells the circuit how quotes went.</summary>
public sealed class BreakerGateway(IProviderGateway inner, CircuitBreaker breaker, TimeProvider clock) : GatewayDecorator(inner)
{
    /// <summary>A call that was cancelled after this share of its timeout was too slow; before it, nobody wanted the answer.</summary>
    private const double TooSlow = 0.8;

    public override async Task<QuoteOutcome> QuoteAsync(
        QuoteRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        if (!breaker.TryEnter())
        {
            return new QuoteOutcome.Failed(ProviderFailure.CircuitOpen(Id));
        }

        var start = clock.GetTimestamp();
        try
        {
            var outcome = await Inner.QuoteAsync(request, config, cancellationToken);
            Report(outcome is QuoteOutcome.Failed { Failure: var failure } && FailurePolicy.IsUnwell(failure));
            return outcome;
        }
        catch (ProviderFailureException failed)
        {
            Report(FailurePolicy.IsUnwell(failed.Failure));
            return new QuoteOutcome.Failed(failed.Failure);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            if (clock.GetElapsedTime(start) >= config.Timeout * TooSlow)
            {
                breaker.Fail();
            }
            else
            {
                breaker.Abandon();
            }

            throw;
        }
        catch
        {
            breaker.Fail();
            throw;
        }
    }

    private void Report(bool isUnwell)
    {
        if (isUnwell)
        {
            breaker.Fail();
        }
        else
        {
            breaker.Succeed();
        }
    }
}
