using System.Text;
using System.Text.Json;

namespace Smplat.Core.Analytics.Ingestion;

/// <summary>How the members of an event are spelled on the wire.</summary>
public sealed class OfferEventNaming
{
    private readonly (byte[] Utf8, string Text)[] _names;

    private OfferEventNaming(string label, params string[] names)
    {
        Label = label;
        _names = names.Select(name => (Encoding.UTF8.GetBytes(name), name)).ToArray();
    }

    public static OfferEventNaming Snake { get; } = new(
        "snake",
        "offer_slug", "event_type", "target_slug", "action", "cart_total", "currency", "order_reference", "metadata",
        "event_id", "occurred_at", "batch");

    public static OfferEventNaming Camel { get; } = new(
        "camel",
        "offerSlug", "eventType", "targetSlug", "action", "cartTotal", "currency", "orderReference", "metadata",
        "eventId", "occurredAt", "batch");

    /// <summary>Name of the spelling in the table of rejected events.</summary>
    public string Label { get; }

    public static OfferEventNaming Of(string label) => label == Camel.Label ? Camel : Snake;

    public string this[OfferEventField field] => _names[(int)field].Text;

    /// <summary>The field whose name the reader stands on.</summary>
    public OfferEventField Find(ref Utf8JsonReader reader)
    {
        if (reader.ValueIsEscaped)
        {
            return FindEscaped(ref reader);
        }

        var name = reader.ValueSpan;
        for (var index = 0; index < _names.Length; index++)
        {
            if (name.SequenceEqual(_names[index].Utf8))
            {
                return (OfferEventField)index;
            }
        }

        return OfferEventField.Unknown;
    }

    private OfferEventField FindEscaped(ref Utf8JsonReader reader)
    {
        for (var index = 0; index < _names.Length; index++)
        {
            if (reader.ValueTextEquals(_names[index].Utf8))
            {
                return (OfferEventField)index;
            }
        }

        return OfferEventField.Unknown;
    }
}
