using System.Globalization;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;
using Spectre.Console;

namespace Smplat.Cli.Commands.Commerce;

/// <summary>A replay for eyes: a table of averages and the providers' shares before and after.</summary>
internal static class ReplayCharts
{
    public static void Write(IAnsiConsole console, DecisionReplayReport report)
    {
        console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Decisions} decisions, {report.Changed} ({report.ChangedPercent} %) would go elsewhere."));
        console.Write(Averages(report));
        console.Write(Shares("Share of orders as routed, percent", report, share => share.BeforePercent, Color.Grey));
        console.Write(Shares("Share of orders as replayed, percent", report, share => share.AfterPercent, Color.Green));
    }

    private static Table Averages(DecisionReplayReport report)
    {
        var table = new Table().AddColumns("per order", "as routed", "as replayed", "change");
        Row("price, cents", report.Before.TotalCents, report.After.TotalCents);
        Row("delivery, minutes", report.Before.DeliveryMinutes, report.After.DeliveryMinutes);
        Row("commission, cents", report.Before.CommissionCents, report.After.CommissionCents);
        return table;

        void Row(string name, decimal before, decimal after) => table.AddRow(
            name, Text(before), Text(after), (after - before).ToString("+0.##;-0.##;0", CultureInfo.InvariantCulture));
    }

    private static BarChart Shares(string label, DecisionReplayReport report, Func<ProviderShare, decimal> value, Color color)
    {
        var chart = new BarChart().Width(72).Label(label).LeftAlignLabel().WithMaxValue(100);
        foreach (var share in report.Providers)
        {
            chart.AddItem(share.Provider.ToWire(), (double)value(share), color);
        }

        return chart;
    }

    private static string Text(decimal value) => value.ToString(CultureInfo.InvariantCulture);
}
