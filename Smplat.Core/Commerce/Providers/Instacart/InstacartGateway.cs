using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Options;

namespace Smplat.Core.Commerce.Providers.Instacart;

/// <summary>
/// Instacart gives a link to a filled shopping list, and no price, stock, fee or time. All figures of a quote are estimates
/// and marked as such; a confirmation hands over to the link.
/// </summary>
internal sealed class InstacartGateway(
    InstacartClient client,
    InstacartLinks links,
    VendorCache cache,
    ReferencePrices prices,
    IOptionsMonitor<InstacartOptions> access,
    IOptionsMonitor<QuoteCacheOptions> lifetimes,
    TimeProvider clock) : HandoffGateway<InstacartRetailers>(cache, lifetimes, clock)
{
    public const string Warning = "Prices, fees, tax and delivery time are estimates; Instacart shows its own at checkout";

    private static readonly string[] Everything = ["items", "fees", "tax", "eta"];

    public override ProviderId Id => ProviderId.Instacart;

    public override ProviderCapabilities Capabilities => new(PricingMode.Estimated, ConfirmMode.Handoff);

    protected override bool HasCredentials => access.CurrentValue.HasCredentials;

    protected override Uri Root => access.CurrentValue.Root;

    protected override JsonTypeInfo<InstacartRetailers> StoreJson => InstacartJson.Default.InstacartRetailers;

    public override async Task<ConfirmOutcome> ConfirmAsync(
        ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        if (request.Quote.AffiliateUrl is { } known)
        {
            return new ConfirmOutcome.HandedOff(known);
        }

        try
        {
            var link = await links.ForBasketAsync(request.Basket.Items, CallBudget.From(config, Clock), cancellationToken);
            return new ConfirmOutcome.HandedOff(WithAffiliate(link.ProductsLinkUrl!));
        }
        catch (ProviderFailureException failed)
        {
            return new ConfirmOutcome.Failed(failed.Failure, ProvablyNothingPlaced: true);
        }
    }

    protected override Task<InstacartRetailers> FindStoreAsync(
        DeliveryAddress address, CallBudget budget, CancellationToken cancellationToken) =>
        client.FindRetailersAsync(address.PostalCode, address.Country, budget, cancellationToken);

    protected override bool IsNone(InstacartRetailers store) => store.Retailers is not [_, ..];

    protected override async Task<QuoteOutcome> PriceAsync(
        QuoteRequest request,
        ProviderConfig config,
        InstacartRetailers store,
        CallBudget budget,
        CancellationToken cancellationToken)
    {
        var link = await links.ForBasketAsync(request.Items, budget, cancellationToken);
        return new QuoteOutcome.Quoted(Estimate(request, config, store.Retailers![0], link));
    }

    /// <summary>A search for retailers, which is free.</summary>
    protected override Task ProbeAsync(CallBudget budget, CancellationToken cancellationToken) =>
        client.FindRetailersAsync("94105", "US", budget, cancellationToken);

    private ProviderQuote Estimate(QuoteRequest request, ProviderConfig config, InstacartRetailer retailer, InstacartLink link)
    {
        var basket = new MatchedBasket([.. request.Items.Select(Estimate)]);
        var now = Clock.GetUtcNow();
        return new ProviderQuote
        {
            Provider = QuotedProvider.From(config),
            Store = new QuotedStore(retailer.RetailerKey ?? retailer.Id ?? "", VendorText.PlainOrNull(retailer.Name) ?? "Instacart", ""),
            Cart = basket.Cart,
            Quote = DeliveryEstimate.Instacart.Total(basket.SubtotalCents, request.Address),
            ItemAvailability = basket.Availability,
            AffiliateUrl = WithAffiliate(link.ProductsLinkUrl!),
            Pricing = PricingMode.Estimated,
            Fees = DeliveryEstimate.Instacart.Fees(basket.SubtotalCents),
            FetchedAt = now,
            ExpiresAt = now + ProviderQuote.Validity,
            Raw = new QuoteSource("instacart", "real", now),
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
}
