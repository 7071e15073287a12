using Smplat.Core.Platform.Caching;

namespace Smplat.Core.Operators;

/// <summary>The commerce dashboards. Each is cached for a few seconds, so that many open pages cost no more than one.</summary>
public sealed class CommerceDashboards(CommerceDashboardStore store, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan LiveWindow = TimeSpan.FromHours(1);

    private readonly ShortLivedCache<LiveDashboard> _live = new(clock, TimeSpan.FromSeconds(5));
    private readonly ShortLivedCache<BusinessDashboard> _business = new(clock, TimeSpan.FromSeconds(30));

    private readonly Dictionary<string, ShortLivedCache<ProviderPerformance>> _providers = DashboardWindow.All.ToDictionary(
        window => window.Label, _ => new ShortLivedCache<ProviderPerformance>(clock, TimeSpan.FromSeconds(15)));

    /// <summary>The last hour: sixty whole minutes, including the current one.</summary>
    public Task<LiveDashboard> ReadLiveAsync(CancellationToken cancellationToken) => _live.GetAsync(
        async (now, token) =>
        {
            var since = Floor(now, TimeSpan.FromMinutes(1)) - LiveWindow + TimeSpan.FromMinutes(1);
            var (minutes, providers) = await store.ReadLiveAsync(since, now, token);
            return new LiveDashboard(since, now, minutes, providers);
        },
        cancellationToken);

    public Task<ProviderPerformance> ReadProvidersAsync(DashboardWindow window, CancellationToken cancellationToken) =>
        _providers[window.Label].GetAsync(
            (now, token) => store.ReadProvidersAsync(window, Floor(now, window.Step) - window.Length + window.Step, now, token),
            cancellationToken);

    public Task<BusinessDashboard> ReadBusinessAsync(CancellationToken cancellationToken) => _business.GetAsync(
        async (now, token) =>
        {
            var windows = new List<BusinessWindow>();
            IReadOnlyList<BusinessDay> days = [];
            foreach (var window in DashboardWindow.All)
            {
                days = await store.ReadBusinessAsync(now - window.Length, now, token);
                windows.Add(BusinessWindow.Of(window.Label, days));
            }

            // The longest window comes last.
            return new BusinessDashboard(now, windows, days);
        },
        cancellationToken);

    public void Dispose()
    {
        _live.Dispose();
        _business.Dispose();
        foreach (var provider in _providers.Values)
        {
            provider.Dispose();
        }
    }

    private static DateTimeOffset Floor(DateTimeOffset at, TimeSpan step) => new(at.UtcTicks - (at.UtcTicks % step.Ticks), TimeSpan.Zero);
}

/// <summary>Routing in one minute, or in the whole window.</summary>
/// <param name="Minute">Null for the whole window.</param>
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

/// <summary>The real-time dashboard: the last hour.</summary>
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
    public static readonly DashboardWindow Day = new("24h", TimeSpan.FromHours(24), TimeSpan.FromHours(1));

    public static readonly DashboardWindow Week = new("7d", TimeSpan.FromDays(7), TimeSpan.FromHours(6));

    public static readonly DashboardWindow Month = new("30d", TimeSpan.FromDays(30), TimeSpan.FromDays(1));

    public static readonly IReadOnlyList<DashboardWindow> All = [Day, Week, Month];

    /// <summary>The window with this label, or a day if there is none.</summary>
    public static DashboardWindow Find(string? label) => All.FirstOrDefault(window => window.Label == label) ?? Day;
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

/// <summary>What routing earned on one day, in UTC.</summary>
public sealed record BusinessDay(
    DateTimeOffset Day,
    long Orders,
    long Confirmed,
    decimal CartCents,
    decimal ExpectedCommissionCents,
    decimal EarnedCommissionCents,
    decimal SavingsCents);

/// <summary>The business dashboard.</summary>
/// <param name="Days">The last 30 days, oldest first. Days without orders are left out.</param>
public sealed record BusinessDashboard(DateTimeOffset Until, IReadOnlyList<BusinessWindow> Windows, IReadOnlyList<BusinessDay> Days);

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

    /// <summary>The bucket of quotes whose time is not known.</summary>
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
