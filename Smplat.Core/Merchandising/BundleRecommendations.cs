using Smplat.Core.Platform.Caching;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Merchandising;

/// <summary>A request for the bundles to offer beside a product.</summary>
/// <param name="FreshnessMinutes">How old the figures may be; null accepts whatever is cached.</param>
public sealed record RecommendBundles(string ProductSlug, int? FreshnessMinutes)
{
    public static RecommendBundles Read(Fields fields) => new(
        fields.RequiredText("product_slug", max: 150), fields.Integer("freshness_minutes", 5, 1_440));
}

/// <summary>Bundles as they were ranked at one moment.</summary>
internal sealed record Recommendations(DateTimeOffset ComputedAt, DateTimeOffset ExpiresAt, IReadOnlyList<BundleRecommendation> Bundles);

/// <summary>One bundle to offer.</summary>
public sealed record BundleRecommendation(
    string Slug,
    string Title,
    string? Description,
    string? SavingsCopy,
    IReadOnlyList<BundleComponent> Components,
    RecommendationMetrics Metrics);

/// <summary>Why a bundle has its place.</summary>
/// <param name="AcceptanceRate">Share of the orders of the primary product that had all components.</param>
/// <param name="QueueDepth">Open tasks of its products.</param>
public sealed record RecommendationMetrics(
    decimal Score,
    decimal AcceptanceRate,
    long AcceptanceCount,
    long QueueDepth,
    int LookbackDays,
    int CmsPriority,
    IReadOnlyList<string> Notes);

/// <summary>The answer to a request.</summary>
/// <param name="CacheLayer"><c>computed</c>, <c>memory</c> or <c>persistent</c>.</param>
public sealed record RecommendedBundles(
    IReadOnlyList<BundleRecommendation> Bundles, string CacheLayer, DateTimeOffset ResolvedAt, DateTimeOffset ComputedAt, DateTimeOffset ExpiresAt);

/// <summary>The outcome of a request.</summary>
public abstract record RecommendationOutcome
{
    private RecommendationOutcome()
    {
    }

    public sealed record Found(RecommendedBundles Result) : RecommendationOutcome;

    public sealed record Refused(Refusal Refusal) : RecommendationOutcome;
}

/// <summary>
/// Ranks the bundles of a product by how often they are accepted, how busy their products are, and the editors' priority. The
/// ranking is kept for ten minutes in memory and in Postgres, which instances share; only one computation of a product runs at a
/// time. Bundles that cannot be ordered in the storefront are left out.
/// </summary>
public sealed class BundleRecommendations(BundleQueries bundles, RecommendationStore store, TimeProvider clock)
{
    /// <summary>Minutes that a ranking is kept.</summary>
    public const int TtlMinutes = 10;

    private const int LookbackDays = 30;

    private readonly SingleFlightCache<Recommendations> _memory = new(new(MaxEntries: 1_000), clock);
    private readonly BurstLimit _limit = new(calls: 8, TimeSpan.FromSeconds(5), maxKeys: 1_000);

    /// <param name="isRefresh">Ignores what is cached.</param>
    public async Task<RecommendationOutcome> RecommendAsync(RecommendBundles query, bool isRefresh, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (!_limit.TryEnter(query.ProductSlug, now))
        {
            return new RecommendationOutcome.Refused(new TooManyRecommendations(_limit.Window));
        }

        if (isRefresh)
        {
            await ForgetAsync(query.ProductSlug, cancellationToken);
        }

        var oldest = query.FreshnessMinutes is { } minutes ? now.AddMinutes(-minutes) : DateTimeOffset.MinValue;
        if (_memory.Find(query.ProductSlug)?.Value is { } held && held.ComputedAt >= oldest)
        {
            return Found(held, "memory", now);
        }

        if (await store.FindAsync(query.ProductSlug, now, cancellationToken) is { } kept && kept.ComputedAt >= oldest)
        {
            _memory.Keep(query.ProductSlug, new(kept, kept.ExpiresAt - now));
            return Found(kept, "persistent", now);
        }

        var result = await _memory.GetAsync(
            query.ProductSlug, token => ComputeAsync(query.ProductSlug, token), new() { Fresh = true }, cancellationToken);
        return Found(
            result.Held?.Value ?? throw new InvalidOperationException("No recommendations were computed.", result.Error), "computed", now);
    }

    /// <summary>After a change of a bundle; other instances learn of it within the ten minutes.</summary>
    public async Task ForgetAsync(string productSlug, CancellationToken cancellationToken)
    {
        await store.DropAsync(productSlug, cancellationToken);
        _memory.Purge(productSlug);
    }

    private static RecommendationOutcome.Found Found(Recommendations value, string layer, DateTimeOffset now) =>
        new(new(value.Bundles, layer, now, value.ComputedAt, value.ExpiresAt));

    private async Task<Computed<Recommendations>> ComputeAsync(string productSlug, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var parts = await bundles.ListPartsAsync(productSlug, cancellationToken);
        var acceptance = await store.CountAcceptanceAsync(parts, now.AddDays(-LookbackDays), cancellationToken);
        await store.KeepAcceptanceAsync(acceptance, LookbackDays, now, cancellationToken);
        var queues = await store.CountOpenTasksAsync([.. parts.Values.SelectMany(slugs => slugs).Distinct()], cancellationToken);
        var known = acceptance.ToDictionary(entry => entry.BundleSlug);
        var ranked = new Recommendations(now, now.AddMinutes(TtlMinutes),
        [
            .. parts.Select(entry => Rank(entry.Key, known[entry.Key.BundleSlug], entry.Value.Sum(slug => queues.GetValueOrDefault(slug))))
                .OrderByDescending(bundle => bundle.Metrics.Score)
                .ThenBy(bundle => bundle.Metrics.CmsPriority)
                .ThenBy(bundle => bundle.Slug, StringComparer.Ordinal),
        ]);

        // Only products with bundles are kept: a flood of made-up slugs fills no table.
        if (ranked.Bundles.Count > 0)
        {
            await store.KeepAsync(productSlug, ranked, cancellationToken);
        }

        return new(ranked, ranked.Bundles.Count > 0 ? ranked.ExpiresAt - now : TimeSpan.Zero);
    }

    private static BundleRecommendation Rank(Bundle bundle, BundleAcceptance acceptance, long queueDepth)
    {
        var edited = BundleOverride.Of(bundle.Metadata);
        var priority = edited?.Priority ?? bundle.CmsPriority;
        return new(
            bundle.BundleSlug,
            edited?.Title ?? bundle.Title,
            edited?.Description ?? bundle.Description,
            edited?.SavingsCopy ?? bundle.SavingsCopy,
            BundleComponent.Parse(bundle.Components),
            new(
                RecommendationScore.Of(priority, acceptance.Rate, queueDepth),
                acceptance.Rate,
                acceptance.AcceptanceCount,
                queueDepth,
                LookbackDays,
                priority,
                RecommendationScore.Notes(acceptance.SampleSize, acceptance.Rate, queueDepth, edited is not null)));
    }
}

/// <summary>How a bundle is judged.</summary>
internal static class RecommendationScore
{
    public static decimal Of(int priority, decimal acceptanceRate, long queueDepth) => Math.Round(
        Math.Max(0, 150 - Math.Min(priority, 150)) + (acceptanceRate * 100) - Math.Min(queueDepth * 1.5m, 50), 4, MidpointRounding.AwayFromZero);

    public static IReadOnlyList<string> Notes(long sampleSize, decimal acceptanceRate, long queueDepth, bool isEdited)
    {
        string?[] notes =
        [
            sampleSize == 0 ? "acceptance_missing" : acceptanceRate < 0.05m ? "acceptance_low" : acceptanceRate > 0.25m ? "acceptance_strong" : null,
            queueDepth > 15 ? "queue_constrained" : queueDepth == 0 ? "queue_clear" : null,
            isEdited ? "cms_override" : null,
        ];
        return [.. notes.OfType<string>()];
    }
}

/// <summary>Limits calls of one key within a window, on this instance; the keys are bounded.</summary>
internal sealed class BurstLimit(int calls, TimeSpan window, int maxKeys)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Queue<DateTimeOffset>> _seen = new(StringComparer.Ordinal);

    public TimeSpan Window => window;

    public bool TryEnter(string key, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (!_seen.TryGetValue(key, out var times))
            {
                MakeRoom(now);
                _seen[key] = times = new();
            }

            while (times.TryPeek(out var first) && now - first >= window)
            {
                times.Dequeue();
            }

            if (times.Count >= calls)
            {
                return false;
            }

            times.Enqueue(now);
            return true;
        }
    }

    private void MakeRoom(DateTimeOffset now)
    {
        if (_seen.Count < maxKeys)
        {
            return;
        }

        foreach (var key in _seen.Where(entry => entry.Value.All(time => now - time >= window)).Select(entry => entry.Key).ToArray())
        {
            _seen.Remove(key);
        }

        if (_seen.Count >= maxKeys)
        {
            _seen.Clear();
        }
    }
}

internal sealed record TooManyRecommendations(TimeSpan Wait) : TooMany(
    "merchandising.too_many_recommendations", "Too many recommendation requests", Wait);
