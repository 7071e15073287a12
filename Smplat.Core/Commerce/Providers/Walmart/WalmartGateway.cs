using System.Globalization;
using Microsoft.Extensions.Options;

namespace Smplat.Core.Commerce.Providers.Walmart;

/// <summary>
/// Walmart over its affiliate tier: real item prices; fee, tax and time estimated. The tier takes no orders: a confirmation
/// hands over to a link that fills the shopper's cart.
/// </summary>
internal sealed class WalmartGateway(
    WalmartClient client,
    VendorCache cache,
    ReferencePrices prices,
    IOptionsMonitor<WalmartOptions> access,
    IOptionsMonitor<QuoteCacheOptions> lifetimes,
    IOptionsMonitor<VendorHttpOptions> http,
    TimeProvider clock) : ProductSearchGateway(cache, prices, lifetimes, http, clock)
{
    public override ProviderId Id => ProviderId.WalmartApi;

    protected override bool HasCredentials => access.CurrentValue.HasCredentials;

    protected override Uri Root => access.CurrentValue.Root;

    protected override string ChainName => "Walmart";

    protected override DeliveryEstimate Delivery => DeliveryEstimate.Walmart;

    protected override int ShortestTerm => 1;

    public override Task<ConfirmOutcome> ConfirmAsync(
        ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        Task.FromResult<ConfirmOutcome>(new ConfirmOutcome.HandedOff(
            WalmartLinks.AddToCart(request.Quote.Cart, access.CurrentValue.PublisherId)));

    protected override Task<NearestStore> FindStoreAsync(
        DeliveryAddress address, CallBudget budget, CancellationToken cancellationToken) =>
        client.FindStoreAsync(address.PostalCode, budget, cancellationToken);

    /// <summary>Searches at this tier name no store, so they are cached for all postal codes together.</summary>
    protected override string SearchScope(NearestStore store) => "online";

    protected override async Task<IReadOnlyList<VendorProduct>> SearchAsync(
        string term, NearestStore store, CallBudget budget, CancellationToken cancellationToken) =>
        [.. WalmartMapper.ToProducts(await client.SearchAsync(term, budget, cancellationToken))];

    protected override string LinkTo(IReadOnlyList<CartLine> cart, NearestStore store) =>
        WalmartLinks.AddToCart(cart, access.CurrentValue.PublisherId);

    /// <summary>A signed store search that changes nothing.</summary>
    protected override Task ProbeAsync(CallBudget budget, CancellationToken cancellationToken) =>
        client.FindStoreAsync("72712", budget, cancellationToken);
}

/// <summary>The affiliate link that fills the shopper's cart.</summary>
internal static class WalmartLinks
{
    /// <summary>Items with their packs. The shopper's store is not carried over, so the page may show another price.</summary>
    public static string AddToCart(IReadOnlyList<CartLine> lines, string? publisherId)
    {
        var items = string.Join(',', lines.Where(line => line.ProviderSku is not null)
            .Select(line => string.Create(CultureInfo.InvariantCulture, $"{line.ProviderSku}|{line.Packs ?? 1}")));
        return $"https://affil.walmart.com/cart/addToCart?items={Uri.EscapeDataString(items)}&affcamid=LOOPGPT"
            + (publisherId is { Length: > 0 } ? "&publisherId=" + Uri.EscapeDataString(publisherId) : "");
    }
}
