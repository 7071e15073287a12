namespace Smplat.Core.Trust;

/// <summary>A row of the forecast's one query: a queue, a history, a product or a shift.</summary>
public sealed record ForecastRow
{
    public Guid? ProductId { get; init; }

    /// <summary>Title in the order; with queues and histories only.</summary>
    public string? ProductTitle { get; init; }

    /// <summary>Slug of the product, or the name that a shift gives.</summary>
    public string? Slug { get; init; }

    public long Tasks { get; init; }

    /// <summary>Microseconds; see <see cref="DurationArrays"/>.</summary>
    public byte[]? Durations { get; init; }

    public DateTimeOffset? StartsAt { get; init; }

    public DateTimeOffset? EndsAt { get; init; }

    public int HourlyCapacity { get; init; }
}
