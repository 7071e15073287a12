using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Analytics;

/// <summary>A storefront event that passed all rules and is ready to be stored.</summary>
public sealed class OfferEvent
{
    /// <summary>The client's id, the digest of its key, or a generated one.</summary>
    public required Guid Id { get; init; }

    public required string OfferSlug { get; init; }

    public required string EventType { get; init; }

    /// <summary>The type as sent, when the policy stores the event under <c>other</c>.</summary>
    public string? ReportedEventType { get; init; }

    public string? TargetSlug { get; init; }

    public string? Action { get; init; }

    /// <summary>Rounded to cents, at most 9,999,999,999.99.</summary>
    public decimal? CartTotal { get; init; }

    public string? Currency { get; init; }

    public string? OrderReference { get; init; }

    /// <summary>JSON object as UTF-8 that jsonb takes; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Metadata { get; init; }

    public DateTimeOffset? OccurredAt { get; init; }

    /// <summary>The client's clock was ahead, so the time was set to the server's.</summary>
    public bool WasClamped { get; init; }

    /// <summary>The item as sent, to be stored as rejected if the database refuses it.</summary>
    public ReadOnlyMemory<byte> Raw { get; init; }
}

/// <summary>One item of a request after parsing: an event, or the errors in it.</summary>
/// <param name="Id">The event's id; a rejected event gets it when it is replayed.</param>
/// <param name="Raw">The item as sent.</param>
public readonly record struct OfferEventItem(
    Guid Id, OfferEvent? Event, IReadOnlyList<FieldError> Errors, ReadOnlyMemory<byte> Raw);

/// <summary>A request body after parsing.</summary>
/// <param name="IsBatch">False when a single event was sent.</param>
public sealed record ParsedEvents(bool IsBatch, IReadOnlyList<OfferEventItem> Items);

/// <summary>Members of an event, in the order of <see cref="OfferEventNaming"/>.</summary>
public enum OfferEventField
{
    OfferSlug,
    EventType,
    TargetSlug,
    Action,
    CartTotal,
    Currency,
    OrderReference,
    Metadata,
    EventId,
    OccurredAt,
    Batch,
    Unknown,
}

/// <summary>How the members of an event are named in JSON: snake case or camel case.</summary>
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

    /// <summary>Name of this naming in the table of rejected events.</summary>
    public string Label { get; }

    public static OfferEventNaming Parse(string label) => label == Camel.Label ? Camel : Snake;

    public string this[OfferEventField field] => _names[(int)field].Text;

    /// <summary>
    /// What the parser accepts in this naming: an event, a list of events, or the list as <c>batch</c>.
    /// </summary>
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
            Description = "A number or a string; rounded to cents",
        },
        Member(OfferEventField.Currency, InputShape.Text(OfferEventLimits.ShortestCurrency, OfferEventLimits.Currency)),
        Member(OfferEventField.OrderReference, InputShape.Text(max: OfferEventLimits.OrderReference)),
        Member(OfferEventField.Metadata, new(InputKind.Object)) with { Description = "Up to 16 KB, 8 levels and 256 members" },
        Member(OfferEventField.EventId, InputShape.Text(1, EventKeyPolicy.MaxLength)) with
        {
            Description = "The sender's own id: an event whose id was accepted before is a duplicate",
        },
        Member(OfferEventField.OccurredAt, new(InputKind.Instant)));

    private InputMember Member(OfferEventField field, InputShape shape) => new(this[field], shape);

    /// <summary>The field whose name the reader is positioned on.</summary>
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

/// <summary>Limits: lengths in characters, and the largest total in units of its currency.</summary>
internal static class OfferEventLimits
{
    public const int Slug = 255;
    public const int Type = 64;
    public const int ShortestCurrency = 3;
    public const int Currency = 16;
    public const int OrderReference = 255;
    public const decimal CartTotal = 9_999_999_999.99m;
}

/// <summary>The settings that parsing needs, prepared once per change.</summary>
public sealed class OfferEventRules
{
    public const string OtherType = "other";

    private readonly FrozenSet<string> _types;
    private readonly string _unknownTypes;

    public OfferEventRules(AnalyticsOptions options)
    {
        Options = options;
        _types = options.EventTypes
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .ToFrozenSet(StringComparer.Ordinal);
        _unknownTypes = options.UnknownEventTypes;
        MaxAge = TimeSpan.FromHours(options.MaxAgeHours);
        MaxSkew = TimeSpan.FromSeconds(options.MaxSkewSeconds);
    }

    public AnalyticsOptions Options { get; }

    public TimeSpan MaxAge { get; }

    public TimeSpan MaxSkew { get; }

    public bool RejectsPersonalData => Options.PiiPolicy == "reject";

    public bool RedactsPersonalData => Options.PiiPolicy == "redact";

    public bool LooksForPersonalData => Options.PiiPolicy != "keep";

    /// <summary>The type to store the event under, or null when the policy refuses it.</summary>
    public string? StoredType(string type) =>
        _types.Count == 0 || _types.Contains(type) || _unknownTypes == "accept" ? type
        : _unknownTypes == "other" ? OtherType
        : null;
}

/// <summary>
/// Turns a client's key into the permanent id of its event. A UUID is used as it is; any other text always gives the
/// same UUID (version 8).
/// </summary>
internal static class EventKeyPolicy
{
    /// <summary>Longest key in characters.</summary>
    public const int MaxLength = 255;

    public static Guid IdOf(string key) =>
        Guid.TryParseExact(key, "D", out var id) && id != Guid.Empty ? id : Digest(key);

    /// <summary>The id of one event of a batch that was sent with a single Idempotency-Key.</summary>
    public static Guid IdOf(string key, int index) =>
        Digest(string.Create(CultureInfo.InvariantCulture, $"{key}\n{index}"));

    private static Guid Digest(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"offer-event\n{text}"), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
