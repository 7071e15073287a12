using System.Runtime.ExceptionServices;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Options;

namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// The shared steps of providers that take no orders over their API: find the store near the address, price the basket
/// there, and hand the shopper over at confirmation. There is never an order to look up or to cancel.
/// </summary>
internal abstract class HandoffGateway<TStore>(
    VendorCache cache, IOptionsMonitor<QuoteCacheOptions> lifetimes, TimeProvider clock) : IProviderGateway
    where TStore : class
{
    private static readonly TimeSpan NoStoreLifetime = TimeSpan.FromHours(1);

    public abstract ProviderId Id { get; }

    public abstract ProviderCapabilities Capabilities { get; }

    protected VendorCache Cache => cache;

    protected QuoteCacheOptions Lifetimes => lifetimes.CurrentValue;

    protected TimeProvider Clock => clock;

    protected abstract bool HasCredentials { get; }

    /// <summary>Root of the vendor's API; cached stores of another host are not used.</summary>
    protected abstract Uri Root { get; }

    protected abstract JsonTypeInfo<TStore> StoreJson { get; }

    public async Task<QuoteOutcome> QuoteAsync(
        QuoteRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        if (!HasCredentials)
        {
            return new QuoteOutcome.Failed(ProviderFailure.MissingCredentials(Id));
        }

        var budget = CallBudget.From(config, clock, request.Caller);
        var store = await CallBudget.ShareAsync(budget.Caller, () => cache.GetAsync(
            CacheKey.Store(Id, request.Address, Root.Authority),
            StoreJson,
            found => IsNone(found) ? NoStoreLifetime : TimeSpan.FromSeconds(Lifetimes.StoreSeconds),
            token => FindStoreAsync(request.Address, budget, token),
            cancellationToken));
        return IsNone(store)
            ? new QuoteOutcome.Failed(ProviderFailure.NoStores(Id))
            : await PriceAsync(request, config, store, budget, cancellationToken);
    }

    public Task<ProviderHealth> CheckHealthAsync(ProviderConfig config, CancellationToken cancellationToken) =>
        HealthProbe.RunAsync(
            Id, HasCredentials, token => ProbeAsync(CallBudget.From(config, clock), token), clock, cancellationToken);

    public abstract Task<ConfirmOutcome> ConfirmAsync(
        ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken);

    public Task<LookupOutcome> FindOrderAsync(
        ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        Task.FromResult<LookupOutcome>(new LookupOutcome.Dead("the provider takes no orders over its API"));

    public Task<CancelOutcome> CancelAsync(CancelRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        Task.FromResult<CancelOutcome>(new CancelOutcome.NotSupported());

    protected abstract Task<TStore> FindStoreAsync(DeliveryAddress address, CallBudget budget, CancellationToken cancellationToken);

    /// <summary>Whether the answer says that no store is near.</summary>
    protected abstract bool IsNone(TStore store);

    protected abstract Task<QuoteOutcome> PriceAsync(
        QuoteRequest request, ProviderConfig config, TStore store, CallBudget budget, CancellationToken cancellationToken);

    /// <summary>A cheap call that changes nothing and proves the credentials.</summary>
    protected abstract Task ProbeAsync(CallBudget budget, CancellationToken cancellationToken);
}

/// <summary>
/// A provider whose product search gives real item prices, one search per item. Fee, tax and delivery time are estimates,
/// and the quote says so.
/// </summary>
internal abstract class ProductSearchGateway(
    VendorCache cache,
    ReferencePrices prices,
    IOptionsMonitor<QuoteCacheOptions> lifetimes,
    IOptionsMonitor<VendorHttpOptions> http,
    TimeProvider clock) : HandoffGateway<NearestStore>(cache, lifetimes, clock)
{
    private static readonly string[] AllButItems = ["fees", "tax", "eta"];

    public override ProviderCapabilities Capabilities => new(PricingMode.Live, ConfirmMode.Handoff);

    /// <summary>The chain's name, for stores that have none.</summary>
    protected abstract string ChainName { get; }

    protected abstract DeliveryEstimate Delivery { get; }

    /// <summary>The vendor refuses search terms with fewer letters.</summary>
    protected abstract int ShortestTerm { get; }

    protected override JsonTypeInfo<NearestStore> StoreJson => VendorJson.Default.NearestStore;

    protected override bool IsNone(NearestStore store) => store.Id is null;

    protected override async Task<QuoteOutcome> PriceAsync(
        QuoteRequest request, ProviderConfig config, NearestStore store, CallBudget budget, CancellationToken cancellationToken)
    {
        var searches = new SearchFailures(http.CurrentValue.ItemConcurrency);
        var items = await BoundedFanOut.AllAsync(
            request.Items,
            http.CurrentValue.ItemConcurrency,
            (item, token) => searches.OrNoneAsync(item, () => MatchAsync(item, store, budget, token)),
            cancellationToken);
        searches.ThrowIfAllFailed();
        var basket = new MatchedBasket(items);
        prices.Learn(Id, basket);
        return basket.IsEmpty
            ? new QuoteOutcome.Failed(ProviderFailure.NoItemsMatched(Id))
            : new QuoteOutcome.Quoted(QuoteOf(request, config, store, basket));
    }

    /// <summary>The page at which the shopper continues.</summary>
    protected abstract string LinkTo(IReadOnlyList<CartLine> cart, NearestStore store);

    /// <summary>Which searches may share cached products: those at the same store, or all.</summary>
    protected abstract string SearchScope(NearestStore store);

    /// <summary>Everything that it reads is part of the cache key, so it is given the term and not the item.</summary>
    protected abstract Task<IReadOnlyList<VendorProduct>> SearchAsync(
        string term, NearestStore store, CallBudget budget, CancellationToken cancellationToken);

    private async Task<MatchedItem> MatchAsync(
        RequestedItem item, NearestStore store, CallBudget budget, CancellationToken cancellationToken)
    {
        var term = SearchTerm.Of(item.Name);
        if (term.Length < ShortestTerm)
        {
            return new MatchedItem(item);
        }

        var products = await CallBudget.ShareAsync(budget.Caller, () => Cache.GetAsync(
            CacheKey.Sku(Id, Root.Authority, SearchScope(store), term),
            VendorJson.Default.IReadOnlyListVendorProduct,
            _ => TimeSpan.FromSeconds(Lifetimes.SkuSeconds),
            token => SearchAsync(term, store, budget, token),
            cancellationToken));
        return ProductMatcher.Match(item, products);
    }

    private ProviderQuote QuoteOf(QuoteRequest request, ProviderConfig config, NearestStore store, MatchedBasket basket)
    {
        var now = Clock.GetUtcNow();
        return new ProviderQuote
        {
            Provider = QuotedProvider.From(config),
            Store = new QuotedStore(store.Id!, store.Name ?? ChainName, store.Address ?? ""),
            Cart = basket.Cart,
            Quote = Delivery.Total(basket.SubtotalCents, request.Address),
            ItemAvailability = basket.Availability,
            AffiliateUrl = LinkTo(basket.Cart, store),
            Pricing = PricingMode.Live,
            Fees = Delivery.Fees(basket.SubtotalCents),
            FetchedAt = now,
            ExpiresAt = now + ProviderQuote.Validity,
            Raw = new QuoteSource(ChainName.ToLowerInvariant(), "real", now, store.Id),
            Estimates = AllButItems,
            Tariff = new DeliveryTariff(Delivery.FeeCents, Delivery.FreeFromCents),
            Warnings = [DeliveryEstimate.Warning, .. basket.Warnings],
            IsPartial = basket.IsPartial,
        };
    }
}

/// <summary>
/// The product searches of one basket. A search that fails by itself makes its item unavailable, with a warning; when none has
/// worked, the vendor is broken and the quote ends with the failure.
/// </summary>
/// <param name="limit">So many failures without one success are enough to stop.</param>
internal sealed class SearchFailures(int limit)
{
    private readonly Lock _gate = new();
    private ProviderFailureException? _first;
    private int _failures;
    private int _successes;

    public async Task<MatchedItem> OrNoneAsync(RequestedItem item, Func<Task<MatchedItem>> match)
    {
        var found = await OrNullAsync(match);
        return found ?? MatchedItem.OfFailedSearch(item);
    }

    /// <summary>Null when the search failed by itself.</summary>
    public async Task<T?> OrNullAsync<T>(Func<Task<T>> search)
        where T : class
    {
        try
        {
            var found = await search();
            lock (_gate)
            {
                _successes++;
            }

            return found;
        }
        catch (ProviderFailureException failed) when (failed.Failure.ConcernsOneSearch() && !IsOutage(failed))
        {
            return null;
        }
    }

    public void ThrowIfAllFailed()
    {
        if (_successes == 0 && _first is not null)
        {
            ExceptionDispatchInfo.Throw(_first);
        }
    }

    private bool IsOutage(ProviderFailureException failed)
    {
        lock (_gate)
        {
            _first ??= failed;
            return ++_failures >= limit && _successes == 0;
        }
    }
}

/// <summary>The store near an address; without an id when there is none.</summary>
internal sealed record NearestStore(string? Id, string? Name, string? Address)
{
    public static NearestStore None { get; } = new(null, null, null);
}

/// <summary>JSON of what is cached in our own terms.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NearestStore))]
[JsonSerializable(typeof(IReadOnlyList<VendorProduct>))]
internal sealed partial class VendorJson : JsonSerializerContext;

/// <summary>Makes many calls at once, but only so many at the same time.</summary>
internal static class BoundedFanOut
{
    /// <summary>
    /// Results in the order of the inputs. The first failure cancels the rest and is thrown: a vendor that refuses one
    /// call will refuse the next, and further calls would only use up its quota.
    /// </summary>
    public static async Task<IReadOnlyList<TResult>> AllAsync<T, TResult>(
        IReadOnlyList<T> inputs, int concurrency, Func<T, CancellationToken, Task<TResult>> ask, CancellationToken cancellationToken)
    {
        var results = new TResult[inputs.Count];
        var limits = new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, inputs.Count, limits, async (index, token) => results[index] = await ask(inputs[index], token));
        return results;
    }
}

/// <summary>Runs a gateway's probe and reports the result; never throws because of a vendor's failure.</summary>
internal static class HealthProbe
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(5);

    public static async Task<ProviderHealth> RunAsync(
        ProviderId id,
        bool hasCredentials,
        Func<CancellationToken, Task> probe,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        if (!hasCredentials)
        {
            return new ProviderHealth(false, 0, ProviderMode.Real, ProviderFailure.MissingCredentials(id).Message);
        }

        var start = clock.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var running = probe(limit.Token);
            await running.WaitAsync(MaxWait, clock, cancellationToken);
            return new ProviderHealth(true, Elapsed(), ProviderMode.Real);
        }
        catch (ProviderFailureException failed)
        {
            return new ProviderHealth(false, Elapsed(), ProviderMode.Real, failed.Failure.Message);
        }
        catch (TimeoutException)
        {
            await limit.CancelAsync();
            return new ProviderHealth(false, Elapsed(), ProviderMode.Real, ProviderFailure.Timeout(id, Elapsed()).Message);
        }

        int Elapsed() => (int)clock.GetElapsedTime(start).TotalMilliseconds;
    }
}
