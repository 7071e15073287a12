using Microsoft.Extensions.Options;

namespace Smplat.Core.Commerce.Providers.Kroger;

/// <summary>
/// Kroger over its public tier: real item prices of the store near the address; fee, tax and time estimated. The tier takes
/// no orders: a confirmation fills the shopper's cart when the account is linked, and hands over to Kroger's site in any case.
/// </summary>
internal sealed class KrogerGateway(
    KrogerClient client,
    VendorCache cache,
    ReferencePrices prices,
    IOptionsMonitor<KrogerOptions> access,
    IOptionsMonitor<QuoteCacheOptions> lifetimes,
    IOptionsMonitor<VendorHttpOptions> http,
    TimeProvider clock) : ProductSearchGateway(cache, prices, lifetimes, http, clock)
{
    private static readonly TimeSpan CartLifetime = TimeSpan.FromHours(24);

    public override ProviderId Id => ProviderId.KrogerApi;

    protected override bool HasCredentials => access.CurrentValue.HasCredentials;

    protected override Uri Root => access.CurrentValue.Root;

    protected override string ChainName => "Kroger";

    protected override DeliveryEstimate Delivery => DeliveryEstimate.Kroger;

    protected override int ShortestTerm => 3;

    public override async Task<ConfirmOutcome> ConfirmAsync(
        ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        var search = KrogerLinks.Search(request.Quote.Cart);
        if (request.Basket.User?.KrogerAccessToken is not { Length: > 0 } shopperToken)
        {
            return new ConfirmOutcome.HandedOff(search);
        }

        // The vendor's cart is additive: a repeated confirmation must not fill it twice.
        var done = CacheKey.Cart(Id, request.IdempotencyKey);
        if (await Cache.FindAsync(done, KrogerJson.Default.KrogerCart, cancellationToken) is not null)
        {
            return new ConfirmOutcome.HandedOff(KrogerLinks.Cart(request.Quote.Store?.Id));
        }

        var cart = KrogerLinks.ToCart(request.Quote.Cart);
        try
        {
            await client.AddToCartAsync(cart, shopperToken, CallBudget.From(config, Clock), cancellationToken);
        }
        catch (ProviderFailureException)
        {
            // An expired link or a failing vendor: a cart orders nothing, and the shopper can still search and fill it manually.
            return new ConfirmOutcome.HandedOff(search);
        }

        Cache.Keep(done, KrogerJson.Default.KrogerCart, cart, CartLifetime);
        return new ConfirmOutcome.HandedOff(KrogerLinks.Cart(request.Quote.Store?.Id));
    }

    protected override async Task<NearestStore> FindStoreAsync(
        DeliveryAddress address, CallBudget budget, CancellationToken cancellationToken) =>
        KrogerMapper.ToStore(await client.FindLocationsAsync(address.PostalCode, budget, cancellationToken));

    protected override string SearchScope(NearestStore store) => store.Id!;

    /// <summary>A second page is read only when the first holds nothing acceptable.</summary>
    protected override async Task<IReadOnlyList<VendorProduct>> SearchAsync(
        string term, NearestStore store, CallBudget budget, CancellationToken cancellationToken)
    {
        var first = await client.SearchAsync(term, store.Id!, 0, budget, cancellationToken);
        IReadOnlyList<VendorProduct> products = [.. KrogerMapper.ToProducts(first)];
        if (first.Meta?.Pagination?.Total is not > KrogerClient.PageSize || ProductMatcher.Match(new RequestedItem(term, term, 1), products).Product is not null)
        {
            return products;
        }

        var second = await client.SearchAsync(term, store.Id!, 1, budget, cancellationToken);
        return [.. products, .. KrogerMapper.ToProducts(second)];
    }

    protected override string LinkTo(IReadOnlyList<CartLine> cart, NearestStore store) => KrogerLinks.Cart(store.Id);

    /// <summary>A new token proves the credentials, and counts against no daily quota.</summary>
    protected override Task ProbeAsync(CallBudget budget, CancellationToken cancellationToken) =>
        client.RenewTokenAsync(budget, cancellationToken);
}

/// <summary>Pages to which shoppers are handed over, and the cart body that fills them.</summary>
internal static class KrogerLinks
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
