namespace Smplat.Core.Trust;

/// <summary>What the forecast knows of one product.</summary>
public sealed class SkuFacts
{
    public long BacklogTasks { get; private set; }

    /// <summary>Minutes that completed tasks took.</summary>
    public List<double> Durations { get; } = [];

    public List<StaffingShift> Shifts { get; } = [];

    public void Add(ForecastRow row)
    {
        BacklogTasks += row.Tasks;
        DurationArrays.ForEach(row.Durations, duration => Durations.Add(FactUnits.Minutes(duration)));
    }
}

/// <summary>Queue, history and shifts by product, in the order of their names.</summary>
public sealed class ForecastFacts
{
    public SortedDictionary<string, SkuFacts> BySku { get; } = new(StringComparer.Ordinal);

    internal static ForecastFacts Of(IReadOnlyList<ForecastRow> rows)
    {
        var facts = new ForecastFacts();
        var slugs = rows.Where(row => row is { ProductId: not null, Slug: not null }).ToDictionary(row => row.ProductId!.Value, row => row.Slug!);
        foreach (var row in rows)
        {
            if (row is { StartsAt: { } starts, EndsAt: { } ends })
            {
                facts.Sku(SkuName.Of(row.Slug, null)).Shifts.Add(new(starts, ends, row.HourlyCapacity));
            }
            else if (row.ProductTitle is not null)
            {
                var slug = row.ProductId is { } product ? slugs.GetValueOrDefault(product) : null;
                facts.Sku(SkuName.Of(slug, row.ProductTitle)).Add(row);
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
