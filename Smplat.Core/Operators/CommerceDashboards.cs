namespace Smplat.Core.Operators;

/// <summary>The commerce dashboards; each is kept for a few seconds, however many pages are open.</summary>
public sealed class CommerceDashboards(CommerceDashboardStore store, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan LiveWindow = TimeSpan.FromHours(1);

    private readonly ShortLivedCache<LiveDashboard> _live = new(clock, TimeSpan.FromSeconds(5));
    private readonly ShortLivedCache<BusinessDashboard> _business = new(clock, TimeSpan.FromSeconds(30));

    private readonly Dictionary<string, ShortLivedCache<ProviderPerformance>> _providers = DashboardWindow.All.ToDictionary(
        window => window.Label, _ => new ShortLivedCache<ProviderPerformance>(clock, TimeSpan.FromSeconds(15)));

    /// <summary>The last hour: sixty whole minutes, the present one included.</summary>
    public Task<LiveDashboard> ReadLiveAsync(CancellationToken cancellationToken) => _live.GiveAsync(
        async (now, token) =>
        {
            var since = Floor(now, TimeSpan.FromMinutes(1)) - LiveWindow + TimeSpan.FromMinutes(1);
            var (minutes, providers) = await store.ReadLiveAsync(since, now, token);
            return new LiveDashboard(since, now, minutes, providers);
        },
        cancellationToken);

    public Task<ProviderPerformance> ReadProvidersAsync(DashboardWindow window, CancellationToken cancellationToken) =>
        _providers[window.Label].GiveAsync(
            (now, token) => store.ReadProvidersAsync(window, Floor(now, window.Step) - window.Length + window.Step, now, token),
            cancellationToken);

    public Task<BusinessDashboard> ReadBusinessAsync(CancellationToken cancellationToken) => _business.GiveAsync(
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
