using Microsoft.Extensions.Options;

namespace Smplat.Core.Commerce.Providers.Kroger;

/// <summary>
/// Kroger over its public tier: real item prices of the store near the address; fee, tax and time estimated; no order
/// placement, so a confirmation fills the shopper's cart when the account is linked and hands over in any case.
/// </summary>
public sealed class KrogerGateway(
    KrogerClient client,
    KrogerTokens tokens,
    VendorCache cache,
    ReferencePrices prices,
    IOptionsMonitor<KrogerOptions> access,
    IOptionsMonitor<QuoteCacheOptions> lifetimes,
    IOptionsMonitor<VendorHttpOptions> http,
    TimeProvider clock) : IProviderGateway
{
    private static readonly TimeSpan NoStoreLifetime = TimeSpan.FromHours(1);
    private static readonly TimeSpan CartLifetime = TimeSpan.FromHours(24);

    public ProviderId Id => ProviderId.KrogerApi;

    public ProviderCapabilities Capabilities => new(PricingMode.Live, ConfirmMode.Handoff);

    public async Task<QuoteOutcome> QuoteAsync(
        QuoteRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        if (!access.CurrentValue.HasCredentials)
        {
            return new QuoteOutcome.Failed(ProviderFailure.MissingCredentials(Id));
        }

        var budget = CallBudget.Of(config, clock);
        var store = await FindStoreAsync(request.Address, budget, cancellationToken);
        if (store.Id is not { } storeId)
        {
            return new QuoteOutcome.Failed(ProviderFailure.NoStores(Id));
        }

        var items = await BoundedFanOut.AllAsync(
            request.Items,
            http.CurrentValue.ItemConcurrency,
            (item, token) => MatchAsync(item, storeId, budget, token),
            cancellationToken);
        var basket = new MatchedBasket(items);
        prices.Learn(Id, basket);
        return basket.IsEmpty
            ? new QuoteOutcome.Failed(ProviderFailure.NoItemsMatched(Id))
            : new QuoteOutcome.Quoted(QuoteAssembly.WithEstimatedDelivery(
                config,
                new QuotedStore(storeId, store.Name ?? "Kroger", store.Address ?? ""),
                basket,
                DeliveryEstimate.Kroger,
                request.Address,
                KrogerLinks.Cart(storeId),
                "kroger",
                clock.GetUtcNow()));
    }

    /// <summary>A new token proves the credentials; it counts against no daily quota.</summary>
    public Task<ProviderHealth> CheckHealthAsync(ProviderConfig config, CancellationToken cancellationToken) =>
        HealthProbe.RunAsync(
            Id,
            access.CurrentValue.HasCredentials,
            token => tokens.RenewAsync(CallBudget.Of(config, clock), token),
            clock,
            cancellationToken);

    public async Task<ConfirmOutcome> ConfirmAsync(
        ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        var search = KrogerLinks.Search(request.Quote.Cart);
        if (request.Basket.User?.KrogerAccessToken is not { Length: > 0 } shopperToken)
        {
            return new ConfirmOutcome.HandedOff(search);
        }

        // The vendor's cart is additive: a repeated confirmation must not fill it twice.
        var done = CacheKey.Cart(Id, request.IdempotencyKey);
        if (await cache.FindAsync(done, KrogerJson.Default.KrogerCart, cancellationToken) is not null)
        {
            return new ConfirmOutcome.HandedOff(KrogerLinks.Cart(request.Quote.Store?.Id));
        }

        var cart = KrogerLinks.ToCart(request.Quote.Cart);
        try
        {
            await client.AddToCartAsync(cart, shopperToken, CallBudget.Of(config, clock), cancellationToken);
        }
        catch (ProviderFailureException)
        {
            // An expired link or a failing vendor: nothing is ordered by a cart, and shopping by hand still works.
            return new ConfirmOutcome.HandedOff(search);
        }

        cache.Keep(done, KrogerJson.Default.KrogerCart, cart, CartLifetime);
        return new ConfirmOutcome.HandedOff(KrogerLinks.Cart(request.Quote.Store?.Id));
    }

    /// <summary>The public tier takes no orders, so there is never one to find.</summary>
    public Task<LookupOutcome> FindOrderAsync(
        ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        Task.FromResult<LookupOutcome>(new LookupOutcome.NotFound());

    public Task<CancelOutcome> CancelAsync(CancelRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        Task.FromResult<CancelOutcome>(new CancelOutcome.NotSupported());

    private Task<KrogerStore> FindStoreAsync(DeliveryAddress address, CallBudget budget, CancellationToken cancellationToken) =>
        cache.GetAsync(
            CacheKey.Store(Id, address, access.CurrentValue.Root.Authority),
            KrogerJson.Default.KrogerStore,
            store => store.Id is null ? NoStoreLifetime : TimeSpan.FromSeconds(lifetimes.CurrentValue.StoreSeconds),
            async token => KrogerMapper.Read(await client.FindLocationsAsync(address.PostalCode, budget, token)),
            cancellationToken);

    private async Task<MatchedItem> MatchAsync(
        RequestedItem item, string storeId, CallBudget budget, CancellationToken cancellationToken)
    {
        var term = SearchTerm.Of(item.Name);
        if (term.Length < 3)
        {
            return new MatchedItem(item);
        }

        var products = await cache.GetAsync(
            CacheKey.Sku(Id, storeId, item),
            KrogerJson.Default.IReadOnlyListVendorProduct,
            _ => TimeSpan.FromSeconds(lifetimes.CurrentValue.SkuSeconds),
            token => SearchAsync(item, term, storeId, budget, token),
            cancellationToken);
        return ProductMatcher.Match(item, products);
    }

    /// <summary>A second page is read only when the first holds nothing acceptable.</summary>
    private async Task<IReadOnlyList<VendorProduct>> SearchAsync(
        RequestedItem item, string term, string storeId, CallBudget budget, CancellationToken cancellationToken)
    {
        var first = await client.SearchAsync(term, storeId, 0, budget, cancellationToken);
        IReadOnlyList<VendorProduct> products = [.. KrogerMapper.Read(first)];
        if (first.Meta?.Pagination?.Total is not > KrogerClient.PageSize || ProductMatcher.Match(item, products).Product is not null)
        {
            return products;
        }

        var second = await client.SearchAsync(term, storeId, 1, budget, cancellationToken);
        return [.. products, .. KrogerMapper.Read(second)];
    }
}

/// <summary>Pages to which shoppers are handed over, and the cart body that fills them.</summary>
public static class KrogerLinks
{
    private const string Affiliate = "affId=LOOPGPT";

    public static string Cart(string? storeId) => storeId is null
        ? $"https://www.kroger.com/cart?{Affiliate}"
        : $"https://www.kroger.com/cart?storeId={Uri.EscapeDataString(storeId)}&{Affiliate}";

    /// <summary>A search for the first item, for shoppers whose account is not linked.</summary>
    public static string Search(IReadOnlyList<CartLine> lines) =>
        $"https://www.kroger.com/search?query={Uri.EscapeDataString(lines.Count > 0 ? lines[0].Name : "")}&{Affiliate}";

    public static KrogerCart ToCart(IReadOnlyList<CartLine> lines) => new(
    [
        .. lines.Where(line => line.VendorReference is not null)
            .Select(line => new KrogerCartItem(line.VendorReference!, line.Packs ?? 1, "DELIVERY")),
    ]);
}
