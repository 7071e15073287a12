using Microsoft.Extensions.Options;

namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>MealMe, or Satsuma: real prices, fees and tax of a shop nearby; a confirmation places the order.</summary>
public sealed class MealMeGateway(
    MealMeQuotes quotes, MealMeOrderPlacer placing, IOptionsMonitor<MealMeOptions> access, TimeProvider clock) : IProviderGateway
{
    /// <summary>The vendor's own sample address, for a probe that orders nothing.</summary>
    private static readonly DeliveryAddress Somewhere = new("San Francisco", "94107", "US", "CA", "188 King Street");

    public ProviderId Id => ProviderId.MealMe;

    public ProviderCapabilities Capabilities => new(PricingMode.Live, ConfirmMode.Placed);

    public Task<QuoteOutcome> QuoteAsync(QuoteRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        access.CurrentValue.HasCredentials
            ? quotes.QuoteAsync(request, config, cancellationToken)
            : Task.FromResult<QuoteOutcome>(new QuoteOutcome.Failed(ProviderFailure.MissingCredentials(Id)));

    public Task<ProviderHealth> CheckHealthAsync(ProviderConfig config, CancellationToken cancellationToken) =>
        HealthProbe.RunAsync(
            Id,
            access.CurrentValue.HasCredentials,
            token => quotes.ProbeAsync(Somewhere, CallBudget.Of(config, clock), token),
            clock,
            cancellationToken);

    public Task<ConfirmOutcome> ConfirmAsync(ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        placing.PlaceAsync(request, config, cancellationToken);

    public Task<LookupOutcome> FindOrderAsync(ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        placing.FindAsync(request, config, cancellationToken);

    /// <summary>Only the vendor's support cancels.</summary>
    public Task<CancelOutcome> CancelAsync(CancelRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        Task.FromResult<CancelOutcome>(new CancelOutcome.NotSupported());
}

/// <summary>Finds the shop for a basket and has the vendor price it to the cent, without ordering anything.</summary>
public sealed class MealMeQuotes(
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

/// <summary>The shop that serves a basket: an order holds goods of one shop only.</summary>
public sealed record ShopChoice(AggregatorShop Shop, MatchedBasket Basket)
{
    /// <summary>Most items found, then most that are exactly what was asked for, then cheapest, then smallest id. Null when no shop has anything.</summary>
    public static ShopChoice? Best(IReadOnlyList<RequestedItem> items, AggregatorOffer offer) => offer.Shops
        .Select(shop => new ShopChoice(shop, new MatchedBasket(
            [.. items.Select((item, index) => ProductMatcher.Match(item, offer.ByItem[index].Where(product => product.StoreId == shop.Id)))])))
        .Where(choice => !choice.Basket.IsEmpty)
        .OrderByDescending(choice => choice.Basket.Items.Count(item => item.Product is not null))
        .ThenByDescending(choice => choice.Basket.Items.Count(item => item is { Product: not null, IsSubstituted: false }))
        .ThenBy(choice => choice.Basket.SubtotalCents)
        .ThenBy(choice => choice.Shop.Id, StringComparer.Ordinal)
        .FirstOrDefault();

    /// <summary>One line per product; two items that are served by the same product share it.</summary>
    public IReadOnlyList<AggregatorLine> Lines =>
    [
        .. Basket.Items.Where(item => item.Product is not null)
            .GroupBy(item => item.Product!.Sku, StringComparer.Ordinal)
            .Select(group => new AggregatorLine(
                group.Key, group.First().Product!.Name, group.Sum(item => item.Packs), group.First().Product!.PriceCents)),
    ];
}
