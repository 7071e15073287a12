using Microsoft.Extensions.Options;

namespace Smplat.Core.Commerce.Providers.Walmart;

/// <summary>
/// Walmart over its affiliate tier: real item prices; fee, tax and time estimated; a confirmation hands over to a link that
/// fills the shopper's cart.
/// </summary>
public sealed class WalmartGateway(
    WalmartClient client,
    VendorCache cache,
    ReferencePrices prices,
    IOptionsMonitor<WalmartOptions> access,
    IOptionsMonitor<QuoteCacheOptions> lifetimes,
    IOptionsMonitor<VendorHttpOptions> http,
    TimeProvider clock) : IProviderGateway
{
    private static readonly TimeSpan NoStoreLifetime = TimeSpan.FromHours(1);

    /// <summary>Searches at this tier name no store, so they are kept for all postal codes together.</summary>
    private const string Online = "online";

    public ProviderId Id => ProviderId.WalmartApi;

    public ProviderCapabilities Capabilities => new(PricingMode.Live, ConfirmMode.Handoff);

    public async Task<QuoteOutcome> QuoteAsync(
        QuoteRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        var settings = access.CurrentValue;
        if (!settings.HasCredentials)
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
            request.Items, http.CurrentValue.ItemConcurrency, (item, token) => MatchAsync(item, budget, token), cancellationToken);
        var basket = new MatchedBasket(items);
        prices.Learn(Id, basket);
        return basket.IsEmpty
            ? new QuoteOutcome.Failed(ProviderFailure.NoItemsMatched(Id))
            : new QuoteOutcome.Quoted(QuoteAssembly.WithEstimatedDelivery(
                config,
                new QuotedStore(storeId, store.Name ?? "Walmart", store.Address ?? ""),
                basket,
                DeliveryEstimate.Walmart,
                request.Address,
                WalmartLinks.AddToCart(basket.Cart, settings.PublisherId),
                "walmart",
                clock.GetUtcNow()));
    }

    /// <summary>A signed store search that changes nothing.</summary>
    public Task<ProviderHealth> CheckHealthAsync(ProviderConfig config, CancellationToken cancellationToken) =>
        HealthProbe.RunAsync(
            Id,
            access.CurrentValue.HasCredentials,
            token => client.FindStoreAsync("72712", CallBudget.Of(config, clock), token),
            clock,
            cancellationToken);

    public Task<ConfirmOutcome> ConfirmAsync(
        ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        Task.FromResult<ConfirmOutcome>(new ConfirmOutcome.HandedOff(
            WalmartLinks.AddToCart(request.Quote.Cart, access.CurrentValue.PublisherId)));

    /// <summary>The affiliate tier takes no orders, so there is never one to find.</summary>
    public Task<LookupOutcome> FindOrderAsync(
        ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        Task.FromResult<LookupOutcome>(new LookupOutcome.NotFound());

    public Task<CancelOutcome> CancelAsync(CancelRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        Task.FromResult<CancelOutcome>(new CancelOutcome.NotSupported());

    private Task<WalmartNearest> FindStoreAsync(DeliveryAddress address, CallBudget budget, CancellationToken cancellationToken) =>
        cache.GetAsync(
            CacheKey.Store(Id, address, access.CurrentValue.Root.Authority),
            WalmartJson.Default.WalmartNearest,
            store => store.Id is null ? NoStoreLifetime : TimeSpan.FromSeconds(lifetimes.CurrentValue.StoreSeconds),
            token => client.FindStoreAsync(address.PostalCode, budget, token),
            cancellationToken);

    private async Task<MatchedItem> MatchAsync(RequestedItem item, CallBudget budget, CancellationToken cancellationToken)
    {
        var term = SearchTerm.Of(item.Name);
        if (term.Length == 0)
        {
            return new MatchedItem(item);
        }

        var products = await cache.GetAsync(
            CacheKey.Sku(Id, Online, item),
            WalmartJson.Default.IReadOnlyListVendorProduct,
            _ => TimeSpan.FromSeconds(lifetimes.CurrentValue.SkuSeconds),
            async token => (IReadOnlyList<VendorProduct>)[.. WalmartMapper.Read(await client.SearchAsync(term, budget, token))],
            cancellationToken);
        return ProductMatcher.Match(item, products);
    }
}

/// <summary>The affiliate link that fills the shopper's cart.</summary>
public static class WalmartLinks
{
    /// <summary>Items with their packs; the shopper's store does not carry over, so another price may be shown there.</summary>
    public static string AddToCart(IReadOnlyList<CartLine> lines, string? publisherId)
    {
        var items = string.Join(',', lines.Where(line => line.ProviderSku is not null)
            .Select(line => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{line.ProviderSku}|{line.Packs ?? 1}")));
        return $"https://affil.walmart.com/cart/addToCart?items={Uri.EscapeDataString(items)}&affcamid=LOOPGPT"
            + (publisherId is { Length: > 0 } ? "&publisherId=" + Uri.EscapeDataString(publisherId) : "");
    }
}
