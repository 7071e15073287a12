namespace Smplat.Core.Trust.Forecast;

/// <summary>What the forecast knows of one product.</summary>
public sealed class SkuFacts
{
    public long BacklogTasks { get; set; }

    /// <summary>Minutes that completed tasks took.</summary>
    public List<double> Durations { get; } = [];

    public List<StaffingShift> Shifts { get; } = [];
}

/// <summary>Queue, history and shifts by product, in the order of their names.</summary>
public sealed class ForecastFacts
{
    public SortedDictionary<string, SkuFacts> BySku { get; } = new(StringComparer.Ordinal);

    internal static ForecastFacts Of(IEnumerable<ForecastRow> rows)
    {
        var facts = new ForecastFacts();
        foreach (var row in rows)
        {
            var sku = facts.Sku(SkuName.Of(row.Slug, row.ProductTitle));
            sku.BacklogTasks += row.Tasks;
            foreach (var duration in row.DurationsUs ?? [])
            {
                sku.Durations.Add(Metrics.FactUnits.Minutes(duration));
            }

            if (row is { StartsAt: { } starts, EndsAt: { } ends })
            {
                sku.Shifts.Add(new(starts, ends, row.HourlyCapacity));
            }
        }

        return facts;
    }

    private SkuFacts Sku(string name)
    {
        if (!BySku.TryGetValue(name, out var facts))
        {
            BySku.Add(name, facts = new());
        }

        return facts;
    }
}
