using Microsoft.Extensions.Options;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>Asks a provider again before its quote is ordered, when the quote is old or came from another mode.</summary>
public sealed class QuoteRefresh(
    ProviderRegistry registry, ProviderGateways gateways, IOptionsMonitor<ConfirmationOptions> options, TimeProvider clock)
{
    /// <returns>The quote to order by, or why there is none. A provider that was switched off meanwhile is not asked.</returns>
    public async Task<(SessionQuote? Quote, ProviderFailure? Failure)> CurrentAsync(
        SessionQuote agreed, QuoteRequest basket, CancellationToken cancellationToken)
    {
        var config = registry.Find(agreed.Provider);
        if (!config.Enabled)
        {
            return (null, ProviderFailure.Unavailable(config.Id, "switched off"));
        }

        if (!IsStale(agreed.Quote, config))
        {
            return (agreed, null);
        }

        var outcome = await gateways.For(config.Id).QuoteAsync(basket with { Fresh = true }, config, cancellationToken);
        if (outcome is not QuoteOutcome.Quoted { Quote: var quote })
        {
            return (null, ((QuoteOutcome.Failed)outcome).Failure);
        }

        return ViabilityPolicy.Check(quote, basket, config.Id) is { } problem
            ? (null, problem)
            : (agreed with
            {
                Quote = quote with { ItemAvailability = [], Raw = null, Fees = [] },
                Found = quote.FoundCount,
                Substituted = quote.SubstitutedCount,
            }, null);
    }

    /// <summary>An invented price is never ordered for real, nor the reverse.</summary>
    private bool IsStale(ProviderQuote quote, ProviderConfig config) =>
        clock.GetUtcNow() - quote.FetchedAt > TimeSpan.FromSeconds(options.CurrentValue.RequoteAfterSeconds)
        || (quote.Pricing == PricingMode.Mock) != config.Mock;
}
