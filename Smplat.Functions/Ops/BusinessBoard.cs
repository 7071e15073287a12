using Smplat.Core.Operators;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>What routing brings: orders, carts, commission, and what shoppers saved.</summary>
internal static class BusinessBoard
{
    internal static Markup Render(BusinessDashboard figures)
    {
        var today = new DateTimeOffset(figures.Until.UtcDateTime.Date, TimeSpan.Zero);
        var steps = ChartTime.Steps(today.AddDays(-29), today, TimeSpan.FromDays(1));
        var days = figures.Days.ToDictionary(day => day.Day);
        string[] places = [.. steps.Select(ChartTime.Day)];
        return Markup.Of(
            $"""
            {Table(figures)}
            <div class="charts">
            {ColumnChart.Render(
                new("business-orders", "Orders a day", "", "No order was routed in the last 30 days."),
                places,
                new("Routed", [.. steps.Select(at => (double?)(days.GetValueOrDefault(at)?.Orders ?? 0))]),
                new("Confirmed", [.. steps.Select(at => (double?)(days.GetValueOrDefault(at)?.Confirmed ?? 0))]))}
            {ColumnChart.Render(
                new("business-money", "Commission and savings a day", "$", "Nothing was earned or saved in the last 30 days."),
                places,
                new("Commission", [.. steps.Select(at => (double?)((days.GetValueOrDefault(at)?.CommissionCents ?? 0) / 100))]),
                new("Savings of shoppers", [.. steps.Select(at => (double?)((days.GetValueOrDefault(at)?.SavingsCents ?? 0) / 100))]))}
            </div>
            """);
    }

    private static Markup Table(BusinessDashboard figures) => OpsParts.Table(
        "What routing brought",
        ["Figure", .. figures.Windows.Select(window => "#Last " + window.Window)],
        [
            Row(figures, "Orders routed", window => OpsText.Count(window.Orders)),
            Row(figures, "Orders confirmed", window => OpsText.Count(window.Confirmed)),
            Row(figures, "Average cart", window => OpsText.Dollars(window.AverageCartCents)),
            Row(figures, "Commission expected", window => OpsText.Dollars(window.CommissionCents)),
            Row(figures, "Savings against the cheapest alternative", window => OpsText.Dollars(window.SavingsCents)),
        ],
        "Nothing was routed.");

    private static Markup[] Row(BusinessDashboard figures, string name, Func<BusinessWindow, string> value) =>
        [Markup.Of($"{name}"), .. figures.Windows.Select(window => Markup.Of($"{value(window)}"))];
}
