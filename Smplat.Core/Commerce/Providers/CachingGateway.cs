using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Caching;

namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// Keeps quotes and probes. The same basket is priced once at a time and for a few minutes not again; a failure is never
/// kept, but may be answered with a quote that is still young.
/// </summary>
internal sealed class CachingGateway(
    IProviderGateway inner, VendorCache cache, IOptionsMonitor<QuoteCacheOptions> lifetimes, TimeProvider clock)
    : GatewayDecorator(inner)
{
    public const string CachedWarning = "Prices are from the last few minutes; the provider does not answer now";

    /// <summary>Up to this age a quote may stand in for a provider that fails.</summary>
    private static readonly TimeSpan StandInAge = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan HealthLifetime = TimeSpan.FromSeconds(30);

    private readonly SingleFlight<QuoteOutcome> _quotes = new();
    private readonly SingleFlightCache<ProviderHealth> _probes = new(new(1), clock);

    public override async Task<QuoteOutcome> QuoteAsync(
        QuoteRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        var key = CacheKey.Quote(Id, request.CartHash, VariantOf(config));
        var lifetime = TimeSpan.FromSeconds(lifetimes.CurrentValue.QuoteSeconds);
        var kept = await cache.FindAsync(key, CommerceJson.Default.ProviderQuote, cancellationToken);
        if (kept is not null && !request.Fresh && AgeOf(kept) < lifetime)
        {
            return new QuoteOutcome.Quoted(kept with { Provider = QuotedProvider.From(config) });
        }

        var outcome = await AskAsync(key, request, config, lifetime, cancellationToken);
        return outcome is QuoteOutcome.Failed && kept is not null && !request.Fresh && AgeOf(kept) < StandInAge
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
            return await _quotes.RunAsync(
                key.Text,
                async token =>
                {
                    var outcome = await Inner.QuoteAsync(request, config, token);
                    if (outcome is QuoteOutcome.Quoted { Quote: var quote })
                    {
                        cache.Keep(
                            key, CommerceJson.Default.ProviderQuote, quote, lifetime > StandInAge ? lifetime : StandInAge);
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

    /// <summary>Settings that change what a quote says; priority and rate are stamped on when it is read.</summary>
    private static string VariantOf(ProviderConfig config) => string.Join('+', config.Regions);
}
