using Microsoft.Extensions.Options;

namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>Finds the shop for a basket and has the vendor price it to the cent, without ordering anything.</summary>
internal sealed class MealMeQuotes(
    AggregatorDialects dialects,
    VendorCache cache,
    ReferencePrices prices,
    IOptionsMonitor<MealMeOptions> access,
    IOptionsMonitor<QuoteCacheOptions> lifetimes,
    TimeProvider clock)
{
    /// <summary>The vendor's name for those who only ask.</summary>
    private const string Nobody = "smplat-quote";

    private static readonly DeliveryRange UsualMinutes = new(30, 45);

    public async Task<QuoteOutcome> QuoteAsync(
        QuoteRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        var budget = CallBudget.Of(config, clock);
        var place = await LocateAsync(request.Address, budget, cancellationToken);
        var offer = await dialects.Current.SearchAsync(request.Items, place, request.Address, budget, cancellationToken);
        if (offer.Shops.Count == 0)
        {
            return new QuoteOutcome.Failed(ProviderFailure.NoStores(ProviderId.MealMe));
        }

        if (ShopChoice.Best(request.Items, offer) is not { } choice)
        {
            return new QuoteOutcome.Failed(ProviderFailure.NoItemsMatched(ProviderId.MealMe));
        }

        prices.Learn(ProviderId.MealMe, choice.Basket);
        var priced = await dialects.Current.QuoteAsync(
            choice.Shop.Id,
            choice.Lines,
            request.Address,
            AggregatorCustomer.Of(access.CurrentValue, request.User?.MealMeUserId ?? Nobody),
            null,
            budget,
            cancellationToken);
        return new QuoteOutcome.Quoted(Assemble(config, choice, priced));
    }

    /// <summary>Where an address is; kept as long as stores are, since houses do not move.</summary>
    public async Task<GeoPoint> LocateAsync(DeliveryAddress address, CallBudget budget, CancellationToken cancellationToken) =>
        await cache.GetAsync(
            CacheKey.Store(ProviderId.MealMe, address, access.CurrentValue.Root.Authority),
            MealMeJson.Default.GeoPoint,
            _ => TimeSpan.FromSeconds(lifetimes.CurrentValue.StoreSeconds),
            async token => await dialects.Current.LocateAsync(address, budget, token) ?? throw AggregatorHttp.Bad("no place"),
            cancellationToken);

    /// <summary>A real call that is never answered from a cache.</summary>
    public Task ProbeAsync(DeliveryAddress address, CallBudget budget, CancellationToken cancellationToken) =>
        dialects.Current.LocateAsync(address, budget, cancellationToken);

    private ProviderQuote Assemble(ProviderConfig config, ShopChoice choice, AggregatorQuote priced)
    {
        var basket = Reprice(choice.Basket, priced);
        if (basket.SubtotalCents != priced.SubtotalCents)
        {
            throw AggregatorHttp.Bad("lines that do not add up to their subtotal");
        }

        var now = clock.GetUtcNow();
        var minutes = priced.Minutes ?? UsualMinutes;
        return new ProviderQuote(
            QuotedProvider.From(config),
            new QuotedStore(choice.Shop.Id, choice.Shop.Name, choice.Shop.Address, choice.Shop.Miles),
            basket.Cart,
            new QuoteTotals(
                priced.SubtotalCents, priced.FeesCents, priced.TaxCents, "USD", (minutes.Min + minutes.Max) / 2, minutes),
            basket.Availability,
            null,
            PricingMode.Live,
            priced.Fees,
            now,
            now + QuoteAssembly.Validity,
            new QuoteSource("mealme", "real", now, choice.Shop.Id))
        {
            Estimates = priced.Minutes is null ? ["eta"] : null,
            Warnings = basket.Warnings is { Count: > 0 } warnings ? warnings : null,
        };
    }

    /// <summary>The order's prices are those that will be charged; the search's may be older.</summary>
    private static MatchedBasket Reprice(MatchedBasket basket, AggregatorQuote priced) => new(
    [
        .. basket.Items.Select(item => item.Product is { } product && priced.UnitCents.TryGetValue(product.Sku, out var cents)
            ? item with { Product = product with { PriceCents = cents } }
            : item),
    ]);
}
