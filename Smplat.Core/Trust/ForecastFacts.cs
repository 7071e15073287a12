using System.Buffers.Binary;

namespace Smplat.Core.Trust;

/// <summary>The facts about one product.</summary>
internal sealed class SkuFacts
{
    public long BacklogTasks { get; private set; }

    /// <summary>How long completed tasks took, in minutes.</summary>
    public List<double> Durations { get; } = [];

    public List<StaffingShift> Shifts { get; } = [];

    public void Add(ForecastRow row)
    {
        BacklogTasks += row.Tasks;
        DurationArrays.ForEach(row.Durations, duration => Durations.Add(FactUnits.Minutes(duration)));
    }
}

/// <summary>Queue, history and shifts by product, sorted by name.</summary>
internal sealed class ForecastFacts
{
    public SortedDictionary<string, SkuFacts> BySku { get; } = new(StringComparer.Ordinal);

    internal static ForecastFacts From(IReadOnlyList<ForecastRow> rows)
    {
        var facts = new ForecastFacts();
        var slugs = rows.Where(row => row is { ProductId: not null, Slug: not null }).ToDictionary(row => row.ProductId!.Value, row => row.Slug!);
        foreach (var row in rows)
        {
            if (row is { StartsAt: { } starts, EndsAt: { } ends })
            {
                facts.Sku(SkuName.From(row.Slug, null)).Shifts.Add(new(starts, ends, row.HourlyCapacity));
            }
            else if (row.ProductTitle is not null)
            {
                var slug = row.ProductId is { } product ? slugs.GetValueOrDefault(product) : null;
                facts.Sku(SkuName.From(slug, row.ProductTitle)).Add(row);
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

internal sealed record StaffingShift(DateTimeOffset StartsAt, DateTimeOffset EndsAt, int HourlyCapacity)
{
    /// <summary>0 for a shift that ends before it begins.</summary>
    public double Hours => Math.Max((EndsAt - StartsAt).TotalSeconds / 3600, 0);

    /// <summary>How many tasks fit into the shift; ties round to even.</summary>
    public long CapacityTasks => HourlyCapacity == 0 ? 0 : (long)Math.Round(HourlyCapacity * Hours);
}

/// <summary>A row of the forecast query: a queue, a history, a product or a shift.</summary>
internal sealed record ForecastRow
{
    public Guid? ProductId { get; init; }

    /// <summary>The title in the order; only for queues and histories.</summary>
    public string? ProductTitle { get; init; }

    /// <summary>The slug of the product, or the name in the shift.</summary>
    public string? Slug { get; init; }

    public long Tasks { get; init; }

    /// <summary>Microseconds; see <see cref="DurationArrays"/>.</summary>
    public byte[]? Durations { get; init; }

    public DateTimeOffset? StartsAt { get; init; }

    public DateTimeOffset? EndsAt { get; init; }

    public int HourlyCapacity { get; init; }
}

/// <summary>The name under which the queue, history and shifts of a product are joined.</summary>
internal static class SkuName
{
    public const string Unknown = "unknown-sku";

    public static string From(string? slug, string? title)
    {
        var name = slug?.Trim().ToLowerInvariant();
        if (string.IsNullOrEmpty(name))
        {
            name = title?.Trim().ToLowerInvariant().Replace(' ', '-');
        }

        return string.IsNullOrEmpty(name) ? Unknown : name;
    }
}

/// <summary>
/// Concatenated arrays of bigint in the binary form of Postgres (<c>array_send</c>). Each has a header with the number
/// of dimensions, a flag and the type, then length and lower bound of the one dimension, then the elements, each
/// preceded by its length.
/// </summary>
internal static class DurationArrays
{
    private const int HeadBytes = 12;
    private const int DimensionBytes = 8;
    private const int ElementBytes = 4 + sizeof(long);

    public static void ForEach(ReadOnlySpan<byte> arrays, Action<long> take)
    {
        while (!arrays.IsEmpty)
        {
            if (BinaryPrimitives.ReadInt32BigEndian(arrays) == 0)
            {
                arrays = arrays[HeadBytes..];
                continue;
            }

            var count = BinaryPrimitives.ReadInt32BigEndian(arrays[HeadBytes..]);
            arrays = arrays[(HeadBytes + DimensionBytes)..];
            for (var element = 0; element < count; element++)
            {
                take(BinaryPrimitives.ReadInt64BigEndian(arrays[((element * ElementBytes) + 4)..]));
            }

            arrays = arrays[(count * ElementBytes)..];
        }
    }
}
