using System.Text;
using System.Text.Json;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Analytics;

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

    /// <summary>What the parser takes in this spelling: an event, a list of them, or the list as <c>batch</c>.</summary>
    public InputShape Shape => InputShape.AnyOf(
        EventShape,
        InputShape.ListOf(EventShape, 1, null),
        InputShape.ObjectOf(
            $"OfferEventBatch{Suffix}",
            new InputMember(this[OfferEventField.Batch], InputShape.ListOf(EventShape, 1, null)) { IsRequired = true, IsNullable = false }));

    private string Suffix => this == Camel ? "Storefront" : "";

    private InputShape EventShape => InputShape.ObjectOf(
        $"OfferEvent{Suffix}",
        Member(OfferEventField.OfferSlug, InputShape.Text(1, OfferEventLimits.Slug, @"\S")) with { IsRequired = true, IsNullable = false },
        Member(OfferEventField.EventType, InputShape.Text(1, OfferEventLimits.Type, @"\S")) with { IsRequired = true, IsNullable = false },
        Member(OfferEventField.TargetSlug, InputShape.Text(1, OfferEventLimits.Slug)),
        Member(OfferEventField.Action, InputShape.Text(1, OfferEventLimits.Type)),
        Member(OfferEventField.CartTotal, InputShape.AnyOf(InputShape.Number(0, OfferEventLimits.CartTotal), InputShape.Text())) with
        {
            Description = "Also as a text; rounded to cents",
        },
        Member(OfferEventField.Currency, InputShape.Text(OfferEventLimits.ShortestCurrency, OfferEventLimits.Currency)),
        Member(OfferEventField.OrderReference, InputShape.Text(max: OfferEventLimits.OrderReference)),
        Member(OfferEventField.Metadata, new(InputKind.Object)) with { Description = "Up to 16 KB, 8 levels and 256 members" },
        Member(OfferEventField.EventId, InputShape.Text(1, EventKeyPolicy.MaxLength)) with
        {
            Description = "The sender's own id: an event with an id that was taken before is a duplicate",
        },
        Member(OfferEventField.OccurredAt, new(InputKind.Instant)));

    private InputMember Member(OfferEventField field, InputShape shape) => new(this[field], shape);

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

/// <summary>Lengths in characters, and the largest total in units of its currency.</summary>
internal static class OfferEventLimits
{
    public const int Slug = 255;
    public const int Type = 64;
    public const int ShortestCurrency = 3;
    public const int Currency = 16;
    public const int OrderReference = 255;
    public const decimal CartTotal = 9_999_999_999.99m;
}
