using System.Globalization;

namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// A provider with invented prices: the same basket gives the same quote, immediately and without a network. Used behind a
/// mock switch for drills and emergencies, and in local runs without credentials. Every quote says that it is a mock.
/// </summary>
internal sealed class MockGateway(ProviderId id, TimeProvider clock) : IProviderGateway
{
    private const string OrderPrefix = "mock-";

    private readonly MockTariff _tariff = MockTariff.For(id);
    private readonly string _source = id switch
    {
        ProviderId.KrogerApi => "kroger",
        ProviderId.WalmartApi => "walmart",
        ProviderId.Instacart => "instacart",
        _ => "mealme",
    };

    public ProviderId Id => id;

    public ProviderCapabilities Capabilities => new(PricingMode.Mock, _tariff.Confirm, SupportsCancel: true);

    public Task<QuoteOutcome> QuoteAsync(QuoteRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        Task.FromResult<QuoteOutcome>(new QuoteOutcome.Quoted(Price(request, config)));

    public Task<ProviderHealth> CheckHealthAsync(ProviderConfig config, CancellationToken cancellationToken) =>
        Task.FromResult(new ProviderHealth(config.Enabled, 0, ProviderMode.Mock, config.Enabled ? null : "disabled"));

    public Task<ConfirmOutcome> ConfirmAsync(
        ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        ConfirmOutcome outcome = _tariff.Confirm == ConfirmMode.Placed
            ? new ConfirmOutcome.Placed(OrderId(request), null, clock.GetUtcNow().AddMinutes(_tariff.EtaMinutes))
            : new ConfirmOutcome.HandedOff(request.Quote.AffiliateUrl ?? _tariff.Link, OrderId(request));
        return Task.FromResult(outcome);
    }

    /// <summary>A mock order always succeeds, so an order whose answer was lost exists.</summary>
    public Task<LookupOutcome> FindOrderAsync(
        ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        Task.FromResult<LookupOutcome>(new LookupOutcome.Found(OrderId(request), null));

    public Task<CancelOutcome> CancelAsync(CancelRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        Task.FromResult<CancelOutcome>(new CancelOutcome.Cancelled(null));

    public static bool IsMockOrder(string providerOrderId) => providerOrderId.StartsWith(OrderPrefix, StringComparison.Ordinal);

    private ProviderQuote Price(QuoteRequest request, ProviderConfig config)
    {
        var cart = new CartLine[request.Items.Count];
        var availability = new ItemAvailability[request.Items.Count];
        var subtotal = 0L;
        for (var index = 0; index < cart.Length; index++)
        {
            var item = request.Items[index];
            var sku = MockTariff.Sku(id, item.Name, index);
            var line = Cents.Line(_tariff.UnitCents, item.Quantity);
            subtotal += line;
            cart[index] = new CartLine
            {
                ClientItemId = item.Id,
                ProviderSku = sku,
                Name = item.Name,
                Quantity = item.Quantity,
                Unit = item.Unit,
                PriceCents = _tariff.UnitCents,
                LineCents = line,
            };
            availability[index] = new ItemAvailability(
                item.Id, item.Name, AvailabilityStatus.Found, true, sku, new FoundProduct(sku, item.Name, _tariff.UnitCents));
        }

        var now = clock.GetUtcNow();
        var fee = _tariff.FeeFor(subtotal);
        return new ProviderQuote
        {
            Provider = QuotedProvider.From(config),
            Cart = cart,
            Quote = new QuoteTotals(
                subtotal, fee, Cents.Share(subtotal, _tariff.TaxRate), "USD", _tariff.EtaMinutes, _tariff.Eta),
            ItemAvailability = availability,
            AffiliateUrl = $"{_tariff.Link}?cartId={CartId(request)}&affId=LOOPGPT",
            Pricing = PricingMode.Mock,
            Fees = fee == 0 ? [] : [new QuoteFee("delivery", fee)],
            FetchedAt = now,
            ExpiresAt = now + ProviderQuote.Validity,
            Raw = new QuoteSource(_source, "mock", now),
            Tariff = new DeliveryTariff(_tariff.FeeCents, _tariff.FreeDeliveryFromCents),
        };
    }

    /// <summary>Derived from the basket and not from the clock, so that the link is the same for the same basket.</summary>
    private static string CartId(QuoteRequest request) => request.CartHash[..Math.Min(16, request.CartHash.Length)];

    private string OrderId(ConfirmRequest request) => $"{OrderPrefix}{_source}-{request.IdempotencyKey}";
}

/// <summary>What a mock provider charges. The figures are a contract: drills and acceptance tests rely on them.</summary>
internal sealed record MockTariff(
    long UnitCents,
    long FeeCents,
    decimal TaxRate,
    int EtaMinutes,
    DeliveryRange Eta,
    string Link,
    ConfirmMode Confirm,
    long? FreeDeliveryFromCents = null)
{
    public static MockTariff For(ProviderId id) => id switch
    {
        ProviderId.MealMe => MealMe,
        ProviderId.Instacart => Instacart,
        ProviderId.KrogerApi => Kroger,
        ProviderId.WalmartApi => Walmart,
        _ => throw new ArgumentOutOfRangeException(nameof(id), id, "No tariff."),
    };

    public long FeeFor(long subtotalCents) => subtotalCents >= FreeDeliveryFromCents ? 0 : FeeCents;

    public static string Sku(ProviderId id, string itemName, int index) => id switch
    {
        ProviderId.WalmartApi => "WM-MOCK-" + index.ToString("D5", CultureInfo.InvariantCulture),
        ProviderId.KrogerApi => string.Create(CultureInfo.InvariantCulture, $"kroger-api-{Slug.Of(itemName)}-{index}"),
        ProviderId.Instacart => string.Create(CultureInfo.InvariantCulture, $"instacart-{Slug.Of(itemName)}-{index}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"mealme-{Slug.Of(itemName)}-{index}"),
    };

    private static readonly MockTariff MealMe =
        new(1299, 499, 0.08m, 35, new(30, 45), "https://mealme.ai/checkout", ConfirmMode.Placed);

    private static readonly MockTariff Instacart =
        new(1149, 599, 0.08m, 52, new(45, 60), "https://www.instacart.com/store/checkout", ConfirmMode.Handoff);

    private static readonly MockTariff Kroger =
        new(1099, 995, 0.075m, 150, new(120, 240), "https://www.kroger.com/checkout", ConfirmMode.Handoff, 3500);

    private static readonly MockTariff Walmart =
        new(999, 795, 0.07m, 90, new(60, 120), "https://www.walmart.com/cart", ConfirmMode.Handoff);
}
