using Microsoft.Extensions.Options;

namespace Smplat.Core.Commerce.Providers.Instacart;

/// <summary>
/// Instacart: a link to a filled shopping list, and no price, stock, fee or time. All figures of a quote are estimates and
/// say so; a confirmation hands over to the link.
/// </summary>
internal sealed class InstacartGateway(
    InstacartClient client,
    InstacartLinks links,
    VendorCache cache,
    ReferencePrices prices,
    IOptionsMonitor<InstacartOptions> access,
    IOptionsMonitor<QuoteCacheOptions> lifetimes,
    TimeProvider clock) : IProviderGateway
{
    public const string Warning = "Prices, fees, tax and delivery time are estimates; Instacart shows its own at checkout";

    private static readonly TimeSpan NoStoreLifetime = TimeSpan.FromHours(1);
    private static readonly string[] Everything = ["items", "fees", "tax", "eta"];

    public ProviderId Id => ProviderId.Instacart;

    public ProviderCapabilities Capabilities => new(PricingMode.Estimated, ConfirmMode.Handoff);

    public async Task<QuoteOutcome> QuoteAsync(
        QuoteRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        if (!access.CurrentValue.HasCredentials)
        {
            return new QuoteOutcome.Failed(ProviderFailure.MissingCredentials(Id));
        }

        var budget = CallBudget.Of(config, clock);
        var retailers = await FindRetailersAsync(request.Address, budget, cancellationToken);
        if (retailers.Retailers is not [var retailer, ..])
        {
            return new QuoteOutcome.Failed(ProviderFailure.NoStores(Id));
        }

        var link = await links.ForBasketAsync(request.Items, budget, cancellationToken);
        return new QuoteOutcome.Quoted(Estimate(request, config, retailer, link));
    }

    /// <summary>A search for retailers, which is free.</summary>
    public Task<ProviderHealth> CheckHealthAsync(ProviderConfig config, CancellationToken cancellationToken) =>
        HealthProbe.RunAsync(
            Id,
            access.CurrentValue.HasCredentials,
            token => client.FindRetailersAsync("94105", "US", CallBudget.Of(config, clock), token),
            clock,
            cancellationToken);

    public async Task<ConfirmOutcome> ConfirmAsync(
        ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        if (request.Quote.AffiliateUrl is { } known)
        {
            return new ConfirmOutcome.HandedOff(known);
        }

        try
        {
            var link = await links.ForBasketAsync(request.Basket.Items, CallBudget.Of(config, clock), cancellationToken);
            return new ConfirmOutcome.HandedOff(WithAffiliate(link.ProductsLinkUrl!));
        }
        catch (ProviderFailureException failed)
        {
            return new ConfirmOutcome.Failed(failed.Failure, ProvablyNothingPlaced: true);
        }
    }

    /// <summary>Orders are placed by the shopper at the vendor, so there is never one to find.</summary>
    public Task<LookupOutcome> FindOrderAsync(
        ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        Task.FromResult<LookupOutcome>(new LookupOutcome.NotFound());

    public Task<CancelOutcome> CancelAsync(CancelRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        Task.FromResult<CancelOutcome>(new CancelOutcome.NotSupported());

    private ProviderQuote Estimate(QuoteRequest request, ProviderConfig config, InstacartRetailer retailer, InstacartLink link)
    {
        var basket = new MatchedBasket([.. request.Items.Select(Estimate)]);
        var totals = DeliveryEstimate.Instacart.Total(basket.SubtotalCents, request.Address);
        var now = clock.GetUtcNow();
        return new ProviderQuote(
            QuotedProvider.From(config),
            new QuotedStore(retailer.RetailerKey ?? retailer.Id ?? "", retailer.Name ?? "Instacart", ""),
            basket.Cart,
            totals,
            basket.Availability,
            WithAffiliate(link.ProductsLinkUrl!),
            PricingMode.Estimated,
            DeliveryEstimate.Instacart.Fees(basket.SubtotalCents),
            now,
            now + QuoteAssembly.Validity,
            new QuoteSource("instacart", "real", now))
        {
            Estimates = Everything,
            Warnings = [Warning],
        };
    }

    /// <summary>The caller's hint, else what other providers ask plus the usual markup, else a figure from the settings.</summary>
    private MatchedItem Estimate(RequestedItem item)
    {
        var settings = access.CurrentValue;
        var unitCents = item.PriceHintCents is > 0 and var hint
            ? hint
            : prices.UnitCents(item) is { } seen
                ? Cents.Round(seen * (1 + settings.Markup))
                : settings.UnknownCents;
        var line = Math.Max(1, Cents.Line(unitCents, item.Quantity));
        return new MatchedItem(item, new VendorProduct(SearchTerm.Of(item.Name), item.Name, line), 1);
    }

    private static string WithAffiliate(string link) => link + (link.Contains('?', StringComparison.Ordinal) ? '&' : '?') + "affId=LOOPGPT";

    private Task<InstacartRetailers> FindRetailersAsync(
        DeliveryAddress address, CallBudget budget, CancellationToken cancellationToken) =>
        cache.GetAsync(
            CacheKey.Store(Id, address, access.CurrentValue.Root.Authority),
            InstacartJson.Default.InstacartRetailers,
            found => found.Retailers is [] ? NoStoreLifetime : TimeSpan.FromSeconds(lifetimes.CurrentValue.StoreSeconds),
            token => client.FindRetailersAsync(address.PostalCode, address.Country, budget, token),
            cancellationToken);
}
