using System.Collections.Immutable;
using Smplat.Core.Platform.Caching;

namespace Smplat.Core.Commerce.Providers;

/// <summary>Runs a gateway's probe and reports how it went; never throws for what a vendor does.</summary>
public static class HealthProbe
{
    /// <summary>Longest wait for a probe.</summary>
    private static readonly TimeSpan Ceiling = TimeSpan.FromSeconds(5);

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
            await running.WaitAsync(Ceiling, clock, cancellationToken);
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

/// <summary>Asks for many things at once, but only so many at the same time.</summary>
public static class BoundedFanOut
{
    /// <summary>
    /// Results in the order of the inputs. The first failure cancels the rest and is thrown: a vendor that refuses one
    /// call will refuse the next, and asking on would only burn its quota.
    /// </summary>
    public static async Task<IReadOnlyList<TResult>> AllAsync<T, TResult>(
        IReadOnlyList<T> inputs, int concurrency, Func<T, CancellationToken, Task<TResult>> ask, CancellationToken cancellationToken)
    {
        var results = new TResult[inputs.Count];
        var choice = new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, inputs.Count, choice, async (index, token) => results[index] = await ask(inputs[index], token));
        return results;
    }
}

/// <summary>Makes quotes out of matched baskets.</summary>
public static class QuoteAssembly
{
    /// <summary>How long a quote is shown as good. Confirmation asks again when it is older than the quote cache allows.</summary>
    public static readonly TimeSpan Validity = TimeSpan.FromMinutes(15);

    private static readonly string[] AllButItems = ["fees", "tax", "eta"];

    /// <summary>Real item prices; fee, tax and time estimated.</summary>
    public static ProviderQuote WithEstimatedDelivery(
        ProviderConfig config,
        QuotedStore? store,
        MatchedBasket basket,
        DeliveryEstimate delivery,
        DeliveryAddress address,
        string? link,
        string source,
        DateTimeOffset now) => new(
            QuotedProvider.From(config),
            store,
            basket.Cart,
            delivery.Total(basket.SubtotalCents, address),
            basket.Availability,
            link,
            PricingMode.Live,
            delivery.Fees(basket.SubtotalCents),
            now,
            now + Validity,
            new QuoteSource(source, "real", now, store?.Id))
        {
            Estimates = AllButItems,
            Tariff = new DeliveryTariff(delivery.FeeCents, delivery.FreeFromCents),
            Warnings = [DeliveryEstimate.Warning, .. basket.Warnings],
        };
}

/// <summary>What a provider publishes about delivery without quoting it: fee, threshold for free delivery, usual time.</summary>
public sealed record DeliveryEstimate(long FeeCents, long? FreeFromCents, int Minutes, DeliveryRange Range)
{
    public const string Warning = "Delivery fee, tax and delivery time are estimates; the provider quotes item prices only";

    public static DeliveryEstimate Kroger { get; } = new(995, 3500, 150, new(120, 240));

    public static DeliveryEstimate Walmart { get; } = new(795, null, 90, new(60, 120));

    public static DeliveryEstimate Instacart { get; } = new(599, null, 52, new(45, 60));

    public long FeeFor(long subtotalCents) => subtotalCents >= FreeFromCents ? 0 : FeeCents;

    public QuoteTotals Total(long subtotalCents, DeliveryAddress address) => new(
        subtotalCents, FeeFor(subtotalCents), FoodTax.Estimate(subtotalCents, address), "USD", Minutes, Range);

    public IReadOnlyList<QuoteFee> Fees(long subtotalCents) =>
        FeeFor(subtotalCents) is var fee and > 0 ? [new QuoteFee("delivery_estimate", fee)] : [];
}

/// <summary>
/// An estimate of sales tax on groceries, for providers that quote none. Most states exempt food for the home; these tax it
/// at the state level. Local rates and non-food are left out, which is why every quote that uses this says so.
/// </summary>
public static class FoodTax
{
    private static readonly Dictionary<string, decimal> Rates = new(StringComparer.OrdinalIgnoreCase)
    {
        ["AL"] = 0.02m,
        ["HI"] = 0.04m,
        ["ID"] = 0.06m,
        ["MO"] = 0.01225m,
        ["MS"] = 0.05m,
        ["SD"] = 0.042m,
        ["TN"] = 0.04m,
        ["UT"] = 0.03m,
        ["VA"] = 0.01m,
    };

    public static long Estimate(long subtotalCents, DeliveryAddress address) =>
        address is { Country: "US", State: { } state } && Rates.TryGetValue(state, out var rate)
            ? Cents.Share(subtotalCents, rate)
            : 0;
}

/// <summary>
/// What things cost lately at the providers that tell: the ground for estimating at one that does not. In memory, bounded,
/// and forgotten after a day.
/// </summary>
public sealed class ReferencePrices(TimeProvider clock)
{
    private const int Capacity = 10_000;

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private readonly SingleFlightCache<ImmutableDictionary<ProviderId, decimal>> _prices = new(new(Capacity), clock);

    public void Learn(ProviderId id, MatchedBasket basket)
    {
        foreach (var item in basket.Items.Where(item => item is { Product: not null, IsSubstituted: false, LineCents: > 0 }))
        {
            var key = KeyOf(item.Item);
            var known = _prices.Find(key)?.Value ?? ImmutableDictionary<ProviderId, decimal>.Empty;
            _prices.Keep(key, new(known.SetItem(id, item.LineCents / item.Item.Quantity), Lifetime));
        }
    }

    /// <summary>Cents of one unit of the item, the median over the providers; null when none has priced it.</summary>
    public decimal? UnitCents(RequestedItem item)
    {
        if (_prices.Find(KeyOf(item)) is not { Value: var prices })
        {
            return null;
        }

        var sorted = prices.Values.Order().ToArray();
        return sorted.Length % 2 == 1
            ? sorted[sorted.Length / 2]
            : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }

    private static string KeyOf(RequestedItem item) => $"{SearchTerm.Of(item.Name)}|{item.Unit.ToLowerInvariant()}";
}
