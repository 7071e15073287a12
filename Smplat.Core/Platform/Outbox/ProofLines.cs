using System.Globalization;
using System.Text.Json;

namespace Smplat.Core.Platform.Outbox;

/// <summary>Delivery proof of an order item: from where, to where, and what is aimed at, per metric.</summary>
public static class ProofLines
{
    public static IEnumerable<string> Of(OrderItemFacts item)
    {
        var baseline = Figures(item.BaselineMetrics);
        var latest = Figures(Latest(item.DeliverySnapshots));
        var target = Figures(item.TargetMetrics);
        return latest.Select(figure => Line(item.Title, figure.Key, figure.Value, baseline, target));
    }

    private static string Line(
        string title, string metric, decimal now, Dictionary<string, decimal> baseline, Dictionary<string, decimal> target)
    {
        var from = baseline.TryGetValue(metric, out var start) ? $" from {Number(start)}" : "";
        var aim = target.TryGetValue(metric, out var goal) ? $", aiming at {Number(goal)}" : "";
        return $"{title}, {LabelText.Title(metric).ToLowerInvariant()}: {Number(now)}{from}{aim}";
    }

    private static JsonElement Latest(JsonElement snapshots)
    {
        if (snapshots.ValueKind == JsonValueKind.Object && snapshots.TryGetProperty("snapshots", out var inner))
        {
            snapshots = inner;
        }

        return snapshots.ValueKind == JsonValueKind.Array && snapshots.GetArrayLength() > 0
            ? snapshots.EnumerateArray().Last()
            : snapshots;
    }

    private static Dictionary<string, decimal> Figures(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Object
            && element.TryGetProperty("metrics", out var metrics) && metrics.ValueKind == JsonValueKind.Object)
        {
            element = metrics;
        }

        var figures = new Dictionary<string, decimal>();
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in element.EnumerateObject())
            {
                var value = member.Value.ValueKind == JsonValueKind.Object && member.Value.TryGetProperty("value", out var inner)
                    ? inner
                    : member.Value;
                if (value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number))
                {
                    figures[member.Name] = number;
                }
            }
        }

        return figures;
    }

    private static string Number(decimal number) => number.ToString("#,0.##", CultureInfo.InvariantCulture);
}
