using Npgsql;
using NpgsqlTypes;

namespace Smplat.Core.Analytics;

/// <summary>The columns of an event for both ways of storing it; the order is that of the statements in the store.</summary>
internal static class OfferEventColumns
{
    private const short Count = 13;

    /// <summary>Adds the time and one array for each column.</summary>
    public static void Bind(NpgsqlParameterCollection parameters, ArraySegment<OfferEvent> events, DateTimeOffset createdAt)
    {
        parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = createdAt.UtcDateTime });
        Add(parameters, NpgsqlDbType.Uuid, events, taken => taken.Id);
        Add(parameters, NpgsqlDbType.Varchar, events, taken => taken.OfferSlug);
        Add(parameters, NpgsqlDbType.Varchar, events, taken => taken.TargetSlug);
        Add(parameters, NpgsqlDbType.Varchar, events, taken => taken.EventType);
        Add(parameters, NpgsqlDbType.Varchar, events, taken => taken.Action);
        Add(parameters, NpgsqlDbType.Numeric, events, taken => taken.CartTotal);
        Add(parameters, NpgsqlDbType.Varchar, events, taken => taken.Currency);
        Add(parameters, NpgsqlDbType.Text, events, taken => taken.OrderReference);
        Add(parameters, NpgsqlDbType.Jsonb, events, taken => taken.Metadata.IsEmpty ? null : taken.Metadata.ToArray());
        Add(parameters, NpgsqlDbType.TimestampTz, events, taken => taken.OccurredAt?.UtcDateTime);
        Add(parameters, NpgsqlDbType.Boolean, events, taken => taken.WasClamped);
        Add(parameters, NpgsqlDbType.Varchar, events, taken => taken.ReportedEventType);
    }

    public static void Write(CopyRows rows, OfferEvent taken, DateTimeOffset createdAt)
    {
        rows.BeginRow(Count);
        rows.Instant(createdAt);
        rows.Uuid(taken.Id);
        rows.Text(taken.OfferSlug);
        rows.Text(taken.TargetSlug);
        rows.Text(taken.EventType);
        rows.Text(taken.Action);
        rows.Amount(taken.CartTotal);
        rows.Text(taken.Currency);
        rows.Text(taken.OrderReference);
        rows.Jsonb(taken.Metadata);
        rows.Instant(taken.OccurredAt);
        rows.Flag(taken.WasClamped);
        rows.Text(taken.ReportedEventType);
    }

    private static void Add<T>(
        NpgsqlParameterCollection parameters, NpgsqlDbType type, ArraySegment<OfferEvent> events, Func<OfferEvent, T> column)
    {
        var values = new T[events.Count];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = column(events[index]);
        }

        parameters.Add(new NpgsqlParameter<T[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type });
    }
}
