using System.Globalization;
using System.Text;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;

namespace Smplat.Cli.Commands.Commerce;

/// <summary>A replay as rows of figure, before and after.</summary>
internal static class ReplayCsv
{
    public static string Of(DecisionReplayReport report)
    {
        var text = new StringBuilder("figure,before,after\n");
        Row("decisions", report.Decisions, report.Decisions);
        Row("changed", 0, report.Changed);
        Row("average_total_cents", report.Before.TotalCents, report.After.TotalCents);
        Row("average_delivery_minutes", report.Before.DeliveryMinutes, report.After.DeliveryMinutes);
        Row("average_commission_cents", report.Before.CommissionCents, report.After.CommissionCents);
        foreach (var share in report.Providers)
        {
            Row($"share_{share.Provider.ToWire()}_percent", share.BeforePercent, share.AfterPercent);
        }

        return text.ToString();

        void Row(string figure, decimal before, decimal after) =>
            text.Append(CultureInfo.InvariantCulture, $"{figure},{before},{after}\n");
    }
}
