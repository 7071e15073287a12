using System.Globalization;
using Smplat.Core.Checkout;
using Smplat.Core.Operators;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>Stalled checkouts and what winning them back has brought.</summary>
internal static class CheckoutBoard
{
    internal static Markup Render(CheckoutRecoveryReport report, CheckoutOverview reading)
    {
        var today = new DateTimeOffset(report.Until.UtcDateTime.Date, TimeSpan.Zero);
        var steps = ChartTime.Steps(today.AddDays(1 - RecoveryQueries.Days), today, TimeSpan.FromDays(1));
        var days = reading.Days.ToDictionary(day => day.Day, day => day.Orders);
        return Markup.Of(
            $"""
            {OpsParts.Tiles(
                OpsParts.Tile("Reminders sent", OpsText.Count(report.PromptsSent)),
                OpsParts.Tile("Links followed", OpsText.Count(report.LinkVisits)),
                OpsParts.Tile("Orders won back", OpsText.Count(report.RecoveredOrders), Rate(report)),
                OpsParts.Tile("Revenue won back", Revenue(report)),
                OpsParts.Tile("Due now", OpsText.Count(reading.DueNow), "for the next sweep"))}
            <div class="charts">
            {ColumnChart.Render(
                new("recovered", "Orders won back a day", "", "No order was won back in this time."),
                [.. steps.Select(ChartTime.Day)],
                new ChartSeries("Orders", [.. steps.Select(at => (double?)days.GetValueOrDefault(at))]))}
            <div><h3>Checkouts under way</h3>
            {OpsParts.Table(
                "Checkouts under way by stage",
                ["Stage", "Status", "#Checkouts"],
                reading.Stages.Select(stage => (Markup[])
                [
                    Markup.Of($"{stage.First.Replace('_', ' ')}"),
                    Markup.Of($"{stage.Second.Replace('_', ' ')}"),
                    Markup.Of($"{OpsText.Count(stage.Count)}"),
                ]),
                "No checkout is under way.")}</div>
            </div>
            """);
    }

    private static string? Rate(CheckoutRecoveryReport report) => report.PromptsSent == 0
        ? null
        : $"{OpsText.Percent((double)report.RecoveredOrders / report.PromptsSent)} of reminders";

    private static string Revenue(CheckoutRecoveryReport report) => report.Revenue.Count == 0
        ? "none"
        : string.Join(", ", report.Revenue.Select(row => row.Amount.ToString("#,0.00", CultureInfo.InvariantCulture) + " " + row.Currency));
}
