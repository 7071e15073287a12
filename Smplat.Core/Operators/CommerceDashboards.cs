using Smplat.Core.Platform.Caching;

namespace Smplat.Core.Operators;

/// <summary>The commerce dashboards. Each is cached for a few seconds, so that many open pages cost no more than one.</summary>
public sealed class CommerceDashboards(CommerceDashboardStore store, TimeProvider clock) : IDisposable
{
    private readonly Dictionary<DashboardWindow, ShortLivedCache<LiveDashboard>> _live = DashboardWindow.All.ToDictionary(
        window => window, window => new ShortLivedCache<LiveDashboard>(clock, TimeSpan.FromSeconds(window == DashboardWindow.Hour ? 5 : 15)));

    private readonly Dictionary<DashboardWindow, ShortLivedCache<BusinessDashboard>> _business = DashboardWindow.All.ToDictionary(
        window => window, _ => new ShortLivedCache<BusinessDashboard>(clock, TimeSpan.FromSeconds(30)));

    private readonly Dictionary<DashboardWindow, ShortLivedCache<ProviderPerformance>> _providers = DashboardWindow.All.ToDictionary(
        window => window, _ => new ShortLivedCache<ProviderPerformance>(clock, TimeSpan.FromSeconds(15)));

    /// <summary>The last hour: sixty whole minutes, including the current one.</summary>
    public Task<LiveDashboard> ReadLiveAsync(CancellationToken cancellationToken) => ReadLiveAsync(DashboardWindow.Hour, cancellationToken);

    /// <summary>Requests and quotes over a window. Percentiles are exact in the last hour, and off by at most 2.5 percent in longer windows.</summary>
    public Task<LiveDashboard> ReadLiveAsync(DashboardWindow window, CancellationToken cancellationToken) => _live[window].GetAsync(
        async (now, token) =>
        {
            var since = window.Since(now);
            if (!window.IsSummed)
            {
                var (minutes, providers) = await store.ReadLiveAsync(since, now, token);
                return new LiveDashboard(since, now, minutes, providers);
            }

            var requests = RequestBucket.Sum(await store.ReadRequestsAsync(window, since, now, token));
            var quotes = (await ReadProvidersAsync(window, token)).Quotes.Where(quote => quote.At is null);
            return new LiveDashboard(since, now, requests, [.. quotes]);
        },
        cancellationToken);

    public Task<ProviderPerformance> ReadProvidersAsync(DashboardWindow window, CancellationToken cancellationToken) =>
        _providers[window].GetAsync(
            (now, token) => store.ReadProvidersAsync(window, window.Since(now), now, token),
            cancellationToken);

    public Task<BusinessDashboard> ReadBusinessAsync(CancellationToken cancellationToken) =>
        ReadBusinessAsync(DashboardWindow.Month, cancellationToken);

    /// <param name="window">Of the rows by time; the totals are always those of a day, a week and a month.</param>
    public Task<BusinessDashboard> ReadBusinessAsync(DashboardWindow window, CancellationToken cancellationToken) => _business[window].GetAsync(
        async (now, token) =>
        {
            var totals = new List<BusinessWindow>();
            IReadOnlyList<BusinessDay> days = [];
            foreach (var length in new[] { DashboardWindow.Day, DashboardWindow.Week, DashboardWindow.Month })
            {
                days = await store.ReadBusinessAsync(now - length.Length, now, "day", token);
                totals.Add(BusinessWindow.Of(length.Label, days));
            }

            // The longest window comes last, and its days include those of the week.
            return window.IsByHour
                ? new BusinessDashboard(now, totals, await store.ReadBusinessAsync(now - DashboardWindow.Day.Length, now, "hour", token))
                : new BusinessDashboard(now, totals, days);
        },
        cancellationToken);

    public void Dispose()
    {
        foreach (var cache in _live.Values)
        {
            cache.Dispose();
        }

        foreach (var cache in _business.Values)
        {
            cache.Dispose();
        }

        foreach (var cache in _providers.Values)
        {
            cache.Dispose();
        }
    }
}

/// <summary>Routing in one interval, or in the whole window.</summary>
/// <param name="Minute">Start of the interval; null for the whole window.</param>
public sealed record RouterMinute(DateTimeOffset? Minute, long Requests, long Failures, double? P50Ms, double? P95Ms)
{
    public double? ErrorRate => Requests == 0 ? null : (double)Failures / Requests;
}

/// <summary>The quotes of one provider, in an interval or over the whole window.</summary>
/// <param name="At">Start of the interval; null for the whole window.</param>
public sealed record ProviderQuotes(string ProviderId, DateTimeOffset? At, long Calls, long Errors, double? P50Ms, double? P95Ms)
{
    /// <summary>Quotes with a real price; neither mocks nor answers without an offer.</summary>
    public long Priced { get; init; }

    public double? SuccessRate => Calls == 0 ? null : (double)(Calls - Errors) / Calls;
}

/// <summary>The real-time dashboard.</summary>
public sealed record LiveDashboard(DateTimeOffset Since, DateTimeOffset Until, IReadOnlyList<RouterMinute> Minutes, IReadOnlyList<ProviderQuotes> Providers)
{
    /// <summary>Null when there were no requests in the window.</summary>
    public RouterMinute? Total => Minutes.SingleOrDefault(minute => minute.Minute is null) is { Requests: > 0 } total ? total : null;
}

/// <summary>Orders that were routed to a provider, and their average value.</summary>
public sealed record ProviderSelection(string ProviderId, long Orders, decimal? AverageTotalCents);

/// <summary>Calls to a vendor's own API.</summary>
public sealed record VendorCalls(string ProviderId, long Calls);

/// <summary>The provider performance dashboard over a window.</summary>
public sealed record ProviderPerformance(
    DashboardWindow Window,
    DateTimeOffset Since,
    DateTimeOffset Until,
    IReadOnlyList<ProviderSelection> Selections,
    IReadOnlyList<ProviderQuotes> Quotes,
    IReadOnlyList<VendorCalls> Calls);

/// <summary>The length of a dashboard's window, and its intervals.</summary>
public sealed record DashboardWindow(string Label, TimeSpan Length, TimeSpan Step)
{
    public static readonly DashboardWindow Hour = new("1h", TimeSpan.FromHours(1), TimeSpan.FromMinutes(1));

    public static readonly DashboardWindow Day = new("24h", TimeSpan.FromHours(24), TimeSpan.FromHours(1));

    public static readonly DashboardWindow Week = new("7d", TimeSpan.FromDays(7), TimeSpan.FromHours(6));

    public static readonly DashboardWindow Month = new("30d", TimeSpan.FromDays(30), TimeSpan.FromDays(1));

    public static readonly IReadOnlyList<DashboardWindow> All = [Hour, Day, Week, Month];

    /// <summary>Whether hourly totals are read; its first interval then starts with an hour.</summary>
    public bool IsSummed => this != Hour;

    /// <summary>Whether results of the business are shown by the hour.</summary>
    public bool IsByHour => Length <= TimeSpan.FromDays(1);

    /// <summary>The window with this label; null if there is none.</summary>
    public static DashboardWindow? Find(string? label) => All.FirstOrDefault(window => window.Label == label);

    /// <summary>The start of the first interval; the last one includes the given time.</summary>
    public DateTimeOffset Since(DateTimeOffset now) => new DateTimeOffset(now.UtcTicks - (now.UtcTicks % Step.Ticks), TimeSpan.Zero) - Length + Step;
}

/// <summary>What routing earned in a window that ends now.</summary>
/// <param name="Window">Label of the window.</param>
/// <param name="CartCents">Totals of the chosen quotes.</param>
/// <param name="ExpectedCommissionCents">Of the routed orders.</param>
/// <param name="EarnedCommissionCents">Of the confirmed orders.</param>
/// <param name="SavingsCents">How much less the chosen quotes cost than the cheapest alternative. More expensive choices count as zero.</param>
public sealed record BusinessWindow(
    string Window,
    long Orders,
    long Confirmed,
    decimal CartCents,
    decimal ExpectedCommissionCents,
    decimal EarnedCommissionCents,
    decimal SavingsCents)
{
    public static BusinessWindow Of(string window, IReadOnlyList<BusinessDay> days) => new(
        window,
        days.Sum(day => day.Orders),
        days.Sum(day => day.Confirmed),
        days.Sum(day => day.CartCents),
        days.Sum(day => day.ExpectedCommissionCents),
        days.Sum(day => day.EarnedCommissionCents),
        days.Sum(day => day.SavingsCents));

    /// <summary>Null without any order.</summary>
    public decimal? AverageCartCents => Orders == 0 ? null : CartCents / Orders;
}

/// <summary>What routing earned on one day, or in one hour, in UTC.</summary>
public sealed record BusinessDay(
    DateTimeOffset Day,
    long Orders,
    long Confirmed,
    decimal CartCents,
    decimal ExpectedCommissionCents,
    decimal EarnedCommissionCents,
    decimal SavingsCents);

/// <summary>The business dashboard.</summary>
/// <param name="Days">By day or hour, oldest first. Those without orders are left out.</param>
public sealed record BusinessDashboard(DateTimeOffset Until, IReadOnlyList<BusinessWindow> Windows, IReadOnlyList<BusinessDay> Days);

/// <summary>Requests in one interval with about the same latency.</summary>
/// <param name="Bucket">A bucket of <see cref="LatencyBuckets"/>.</param>
internal sealed record RequestBucket(DateTimeOffset At, int Bucket, long Requests, long Failed)
{
    /// <summary>The whole window, and each interval.</summary>
    public static IReadOnlyList<RouterMinute> Sum(IReadOnlyList<RequestBucket> steps) =>
        steps.Count == 0
            ? []
            : [Sum(null, steps), .. steps.GroupBy(step => step.At).OrderBy(step => step.Key).Select(step => Sum(step.Key, [.. step]))];

    private static RouterMinute Sum(DateTimeOffset? at, IReadOnlyList<RequestBucket> steps)
    {
        var timed = steps.Where(step => step.Bucket != LatencyBuckets.Untimed).Select(step => (step.Bucket, step.Requests)).ToArray();
        return new(
            at,
            steps.Sum(step => step.Requests),
            steps.Sum(step => step.Failed),
            LatencyBuckets.Percentile(timed, 0.5),
            LatencyBuckets.Percentile(timed, 0.95));
    }
}

/// <summary>Quotes of one provider in one interval with about the same latency.</summary>
/// <param name="Bucket">A bucket of <see cref="LatencyBuckets"/>.</param>
internal sealed record QuoteBucket(string ProviderId, DateTimeOffset At, int Bucket, long Quotes, long Failed, long Priced)
{
    /// <summary>Each provider over the whole window, and in each interval.</summary>
    public static IReadOnlyList<ProviderQuotes> Sum(IReadOnlyList<QuoteBucket> steps) =>
    [
        .. steps.GroupBy(step => step.ProviderId).OrderBy(provider => provider.Key, StringComparer.Ordinal).SelectMany(provider =>
            provider.GroupBy(step => step.At).OrderBy(stretch => stretch.Key).Select(stretch => Sum(provider.Key, stretch.Key, [.. stretch]))
                .Prepend(Sum(provider.Key, null, [.. provider]))),
    ];

    private static ProviderQuotes Sum(string provider, DateTimeOffset? at, QuoteBucket[] steps)
    {
        var timed = steps.Where(step => step.Bucket != LatencyBuckets.Untimed).Select(step => (step.Bucket, step.Quotes)).ToArray();
        return new(
            provider,
            at,
            steps.Sum(step => step.Quotes),
            steps.Sum(step => step.Failed),
            LatencyBuckets.Percentile(timed, 0.5),
            LatencyBuckets.Percentile(timed, 0.95))
        {
            Priced = steps.Sum(step => step.Priced),
        };
    }
}

/// <summary>
/// Latencies in buckets that are 5 percent wide. The counts of buckets can be added over hours, percentiles cannot. A
/// percentile read from buckets is off by at most 2.5 percent.
/// </summary>
internal static class LatencyBuckets
{
    /// <summary>Natural logarithm of the width of a bucket, the same as in the SQL statements.</summary>
    public const double Step = 0.048790164169432;

    /// <summary>The bucket of quotes and requests whose time is not known.</summary>
    public const int Untimed = -1;

    /// <param name="counts">Count by bucket, without the untimed.</param>
    /// <param name="share">0 to 1.</param>
    /// <returns>The middle of the bucket that contains the percentile; null without any count.</returns>
    public static double? Percentile(IEnumerable<(int Bucket, long Count)> counts, double share)
    {
        var ordered = counts.OrderBy(entry => entry.Bucket).ToArray();
        var rank = share * ordered.Sum(entry => entry.Count);
        long passed = 0;
        foreach (var (bucket, count) in ordered)
        {
            passed += count;
            if (passed >= rank)
            {
                return Math.Exp((bucket + 0.5) * Step);
            }
        }

        return null;
    }
}
