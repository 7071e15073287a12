using Microsoft.Extensions.Options;

namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>
/// MealMe, or Satsuma: finds the shop for a basket and has the vendor price it to the cent without ordering anything; a
/// confirmation places the order.
/// </summary>
internal sealed class MealMeGateway(
    AggregatorDialects dialects,
    MealMeOrderPlacer placer,
    VendorCache cache,
    ReferencePrices prices,
    IOptionsMonitor<MealMeOptions> access,
    IOptionsMonitor<QuoteCacheOptions> lifetimes,
    TimeProvider clock) : IProviderGateway
{
    /// <summary>The user id that quotes for unknown shoppers carry.</summary>
    private const string AnonymousUser = "smplat-quote";

    /// <summary>The vendor's own sample address, for a probe that orders nothing.</summary>
    private static readonly DeliveryAddress SampleAddress = new("San Francisco", "94107", "US", "CA", "188 King Street");

    private static readonly DeliveryRange TypicalMinutes = new(30, 45);

    public ProviderId Id => ProviderId.MealMe;

    public ProviderCapabilities Capabilities => new(PricingMode.Live, ConfirmMode.Placed) { AsksBeforeSubmitting = true };

    public async Task<QuoteOutcome> QuoteAsync(QuoteRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        if (!access.CurrentValue.HasCredentials)
        {
            return new QuoteOutcome.Failed(ProviderFailure.MissingCredentials(Id));
        }

        var budget = CallBudget.From(config, clock, request.Caller);
        var place = await LocateAsync(request.Address, budget, cancellationToken);
        var offer = await dialects.Current.SearchAsync(request.Items, place, request.Address, budget, cancellationToken);
        if (offer.Shops.Count == 0)
        {
            return new QuoteOutcome.Failed(ProviderFailure.NoStores(Id));
        }

        if (ShopChoice.Best(request.Items, offer) is not { } choice)
        {
            return new QuoteOutcome.Failed(ProviderFailure.NoItemsMatched(Id));
        }

        prices.Learn(Id, choice.Basket);
        var priced = await dialects.Current.QuoteAsync(
            choice.Shop.Id,
            choice.Lines,
            request.Address,
            AggregatorCustomer.ForQuote(access.CurrentValue, request.User?.MealMeUserId ?? AnonymousUser),
            null,
            budget,
            cancellationToken);
        return new QuoteOutcome.Quoted(QuoteOf(config, choice, priced));
    }

    /// <summary>A real call that is never answered from a cache.</summary>
    public Task<ProviderHealth> CheckHealthAsync(ProviderConfig config, CancellationToken cancellationToken) =>
        HealthProbe.RunAsync(
            Id,
            access.CurrentValue.HasCredentials,
            token => dialects.Current.LocateAsync(SampleAddress, CallBudget.From(config, clock), token),
            clock,
            cancellationToken);

    public Task<ConfirmOutcome> ConfirmAsync(ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        placer.PlaceAsync(request, config, cancellationToken);

    public Task<LookupOutcome> FindOrderAsync(ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        placer.FindAsync(request, config, cancellationToken);

    /// <summary>Only the vendor's support cancels orders.</summary>
    public Task<CancelOutcome> CancelAsync(CancelRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        Task.FromResult<CancelOutcome>(new CancelOutcome.NotSupported());

    /// <summary>Where an address is. Cached as long as stores are, since addresses do not move.</summary>
    private async Task<GeoPoint> LocateAsync(DeliveryAddress address, CallBudget budget, CancellationToken cancellationToken) =>
        await CallBudget.ShareAsync(budget.Caller, () => cache.GetAsync(
            CacheKey.Place(Id, address, access.CurrentValue.Root.Authority),
            MealMeJson.Default.GeoPoint,
            _ => TimeSpan.FromSeconds(lifetimes.CurrentValue.StoreSeconds),
            async token => await dialects.Current.LocateAsync(address, budget, token) ?? throw AggregatorHttp.Bad("no place"),
            cancellationToken));

    private ProviderQuote QuoteOf(ProviderConfig config, ShopChoice choice, AggregatorQuote priced)
    {
        var basket = Reprice(choice.Basket, priced);
        if (basket.SubtotalCents != priced.SubtotalCents)
        {
            throw AggregatorHttp.Bad("lines that do not add up to their subtotal");
        }

        var now = clock.GetUtcNow();
        var minutes = priced.Minutes ?? TypicalMinutes;
        return new ProviderQuote
        {
            Provider = QuotedProvider.From(config),
            Store = new QuotedStore(choice.Shop.Id, choice.Shop.Name, choice.Shop.Address, choice.Shop.Miles),
            Cart = basket.Cart,
            Quote = new QuoteTotals(
                priced.SubtotalCents, priced.FeesCents, priced.TaxCents, "USD", (minutes.Min + minutes.Max) / 2, minutes),
            ItemAvailability = basket.Availability,
            Pricing = PricingMode.Live,
            Fees = priced.Fees,
            FetchedAt = now,
            ExpiresAt = now + ProviderQuote.Validity,
            Raw = new QuoteSource("mealme", "real", now, choice.Shop.Id),
            Estimates = priced.Minutes is null ? ["eta"] : null,
            Warnings = basket.Warnings is { Count: > 0 } warnings ? warnings : null,
            IsPartial = basket.IsPartial,
        };
    }

    /// <summary>The prices of the order are those that will be charged; those of the search may be older.</summary>
    private static MatchedBasket Reprice(MatchedBasket basket, AggregatorQuote priced) => new(
    [
        .. basket.Items.Select(item => item.Product is { } product && priced.UnitCents.TryGetValue(product.Sku, out var cents)
            ? item with { Product = product with { PriceCents = cents } }
            : item),
    ]);
}

/// <summary>The shop for a basket: an order holds the goods of one shop only.</summary>
internal sealed record ShopChoice(AggregatorShop Shop, MatchedBasket Basket)
{
    /// <summary>Most items found, then most that are exactly what was asked for, then cheapest, then smallest id. Null when no shop has anything.</summary>
    public static ShopChoice? Best(IReadOnlyList<RequestedItem> items, AggregatorOffer offer) => offer.Shops
        .Select(shop => new ShopChoice(shop, new MatchedBasket(
            [.. items.Select((item, index) => offer.Failed.Contains(index)
                ? MatchedItem.OfFailedSearch(item)
                : ProductMatcher.Match(item, offer.ByItem[index].Where(product => product.StoreId == shop.Id)))])))
        .Where(choice => !choice.Basket.IsEmpty)
        .OrderByDescending(choice => choice.Basket.Items.Count(item => item.Product is not null))
        .ThenByDescending(choice => choice.Basket.Items.Count(item => item is { Product: not null, IsSubstituted: false }))
        .ThenBy(choice => choice.Basket.SubtotalCents)
        .ThenBy(choice => choice.Shop.Id, StringComparer.Ordinal)
        .FirstOrDefault();

    /// <summary>One line per product; two items that are matched to the same product share it.</summary>
    public IReadOnlyList<AggregatorLine> Lines =>
    [
        .. Basket.Items.Where(item => item.Product is not null)
            .GroupBy(item => item.Product!.Sku, StringComparer.Ordinal)
            .Select(group => new AggregatorLine(
                group.Key, group.First().Product!.Name, group.Sum(item => item.Packs), group.First().Product!.PriceCents)),
    ];
}
