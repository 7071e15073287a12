namespace Smplat.Core.Operators;

/// <summary>Orders that were routed to a provider, and what they were worth.</summary>
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

/// <summary>How far back a dashboard looks, and in which steps.</summary>
public sealed record DashboardWindow(string Label, TimeSpan Length, TimeSpan Step)
{
    public static readonly DashboardWindow Day = new("24h", TimeSpan.FromHours(24), TimeSpan.FromHours(1));

    public static readonly DashboardWindow Week = new("7d", TimeSpan.FromDays(7), TimeSpan.FromHours(6));

    public static readonly DashboardWindow Month = new("30d", TimeSpan.FromDays(30), TimeSpan.FromDays(1));

    public static readonly IReadOnlyList<DashboardWindow> All = [Day, Week, Month];

    /// <summary>The window of that label; a day when there is none.</summary>
    public static DashboardWindow Find(string? label) => All.FirstOrDefault(window => window.Label == label) ?? Day;
}
