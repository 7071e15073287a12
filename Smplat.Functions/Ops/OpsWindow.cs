using Smplat.Core.Operators;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>The time range of a page, in its address as <c>window</c>.</summary>
internal static class OpsWindow
{
    /// <summary>The chosen range; a missing or unknown one is the page's own.</summary>
    internal static DashboardWindow Of(OpsRequest request, DashboardWindow fallback) => DashboardWindow.Find(request.Query("window")) ?? fallback;

    internal static string NameOf(DashboardWindow window) => window.Label switch
    {
        "1h" => "last hour",
        "24h" => "last 24 hours",
        "7d" => "last 7 days",
        _ => "last 30 days",
    };

    /// <param name="current">Null when the page shows another range.</param>
    internal static Markup Choose(DashboardWindow? current, Func<DashboardWindow, string> href, IReadOnlyList<DashboardWindow>? windows = null) => OpsParts.Choice(
        "Time range", (windows ?? DashboardWindow.All).Select(window => (Capital(NameOf(window)), href(window), window == current)));

    /// <param name="also">Other parameters to keep, each with its ampersand.</param>
    internal static Markup Choose(string path, DashboardWindow? current, string also = "", IReadOnlyList<DashboardWindow>? windows = null) =>
        Choose(current, window => $"{path}?window={window.Label}{also}", windows);

    internal static string Place(DashboardWindow window, DateTimeOffset at) => window.Label switch
    {
        "1h" or "24h" => ChartTime.Minute(at),
        "7d" => ChartTime.Hour(at),
        _ => ChartTime.Day(at),
    };

    private static string Capital(string name) => char.ToUpperInvariant(name[0]) + name.Substring(1);
}
