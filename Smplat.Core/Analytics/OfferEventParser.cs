using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Analytics;

/// <summary>
/// Parses a single event, an array or <c>{"batch": […]}</c> in one pass over the bytes. An event that breaks a rule is
/// rejected by itself, also one that is nested too deep or holds broken text; a body that is not JSON, or contains too many
/// events, is refused as a whole.
/// </summary>
public sealed class OfferEventParser(TimeProvider clock)
{
    private readonly TextCache _texts = new();

    /// <param name="fallbackKey">The Idempotency-Key of the request, for events without their own id.</param>
    /// <exception cref="InvalidInputException">The body as a whole cannot be read.</exception>
    public ParsedEvents Parse(
        ReadOnlyMemory<byte> body, OfferEventNaming naming, OfferEventRules rules, string? fallbackKey)
    {
        try
        {
            return new OfferEventReader(body, naming, rules, _texts, clock.GetUtcNow(), fallbackKey).Read();
        }
        catch (JsonException exception)
        {
            throw Refuse(
                $"The body is not valid JSON at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine}.",
                "json_invalid");
        }
    }

    internal static InvalidInputException Refuse(string message, string type) =>
        new([new FieldError(["body"], message, type)]);
}

/// <summary>One pass of <see cref="OfferEventParser"/> over a body.</summary>
internal ref struct OfferEventReader
{
    /// <summary>An event nested deeper than this is rejected.</summary>
    private const int MaxEventDepth = 256;

    /// <summary>As sent; the events are parts of it.</summary>
    private readonly ReadOnlyMemory<byte> _sent;

    /// <summary>What is read: the same bytes, with a question mark for each that is no UTF-8.</summary>
    private readonly ReadOnlyMemory<byte> _body;
    private readonly OfferEventNaming _naming;
    private readonly OfferEventRules _rules;
    private readonly TextCache _texts;
    private readonly DateTimeOffset _now;
    private readonly string? _fallbackKey;
    private Utf8JsonReader _json;
    private List<FieldError>? _errors;
    private object[] _path;
    private int _deepest;

    public OfferEventReader(
        ReadOnlyMemory<byte> body,
        OfferEventNaming naming,
        OfferEventRules rules,
        TextCache texts,
        DateTimeOffset now,
        string? fallbackKey)
    {
        _sent = body;
        _body = Utf8.IsValid(body.Span) ? body : Readable(body.Span);
        _naming = naming;
        _rules = rules;
        _texts = texts;
        _now = now;
        _fallbackKey = fallbackKey;
        // The reader spends one bit for each level, so the size of the body bounds it; each event has a limit of its own.
        _json = new Utf8JsonReader(_body.Span, new JsonReaderOptions { MaxDepth = int.MaxValue });
        _path = ["body"];
    }

    public ParsedEvents Read()
    {
        _json.Read();
        var parsed = _json.TokenType switch
        {
            JsonTokenType.StartArray => ReadBatch("body"),
            JsonTokenType.StartObject => ReadObject(),
            _ => throw OfferEventParser.Refuse("A JSON object or array is expected.", "dict_type"),
        };

        // Anything after the value is an error, which only another read detects.
        _json.Read();
        return parsed;
    }

    private ParsedEvents ReadObject()
    {
        var item = ReadItem(index: -1, out var batch);
        return batch ?? new ParsedEvents(false, [item]);
    }

    private ParsedEvents ReadBatch(params object[] path)
    {
        var limit = _rules.Options.MaxBatchEvents;
        var items = new List<OfferEventItem>();
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            if (items.Count == limit)
            {
                throw OfferEventParser.Refuse($"A request may contain at most {limit} events.", "too_long");
            }

            _path = [.. path, items.Count];
            items.Add(ReadItem(items.Count, out _));
        }

        return items.Count > 0
            ? new ParsedEvents(true, items)
            : throw OfferEventParser.Refuse("The batch is empty.", "too_short");
    }

    private static byte[] Readable(ReadOnlySpan<byte> body)
    {
        var readable = body.ToArray();
        for (var at = 0; at < readable.Length;)
        {
            var isValid = Rune.DecodeFromUtf8(body[at..], out _, out var count) == OperationStatus.Done;
            if (!isValid)
            {
                readable.AsSpan(at, count).Fill((byte)'?');
            }

            at += count;
        }

        return readable;
    }

    private OfferEventItem ReadItem(int index, out ParsedEvents? batch)
    {
        batch = null;
        _errors = null;
        _deepest = 0;
        var outside = _json.CurrentDepth;
        var start = (int)_json.TokenStartIndex;
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            Skip();
            Fail(null, "A JSON object is expected.", "dict_type");
            return Reject(FallbackId(index), start);
        }

        var draft = default(Draft);
        var seen = 0;
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            var field = _naming.Find(ref _json);
            _json.Read();
            var bit = field == OfferEventField.Unknown ? 0 : 1 << (int)field;
            if ((seen & bit) != 0)
            {
                Skip();
                Fail(field, "A member may be given only once.", "json_duplicate");
                continue;
            }

            seen |= bit;

            if (field == OfferEventField.Batch && index < 0 && _json.TokenType == JsonTokenType.StartArray)
            {
                batch = ReadBatch("body", "batch");
                SkipRest();
                return default;
            }

            ReadField(field, ref draft);
        }

        if (_deepest - outside > MaxEventDepth)
        {
            Fail(null, $"At most {MaxEventDepth} levels are allowed.", "too_deep");
        }

        return Finish(ref draft, index, start);
    }

    /// <summary>Skips the value, and notes how deep it is.</summary>
    private void Skip()
    {
        if (_json.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            return;
        }

        var outside = _json.CurrentDepth;
        while (_json.Read() && _json.CurrentDepth > outside)
        {
            _deepest = Math.Max(_deepest, _json.CurrentDepth);
        }
    }

    private void SkipRest()
    {
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            if (_naming.Find(ref _json) == OfferEventField.Batch)
            {
                throw OfferEventParser.Refuse("A member may be given only once.", "json_duplicate");
            }

            _json.Read();
            _json.Skip();
        }
    }

    private void ReadField(OfferEventField field, ref Draft draft)
    {
        switch (field)
        {
            case OfferEventField.OfferSlug:
                draft.OfferSlug = Text(field, 1, OfferEventLimits.Slug);
                break;
            case OfferEventField.EventType:
                draft.EventType = Text(field, 1, OfferEventLimits.Type);
                break;
            case OfferEventField.TargetSlug:
                draft.TargetSlug = Text(field, 1, OfferEventLimits.Slug);
                break;
            case OfferEventField.Action:
                draft.Action = Text(field, 1, OfferEventLimits.Type);
                break;
            case OfferEventField.CartTotal:
                draft.CartTotal = CartTotal();
                break;
            case OfferEventField.Currency:
                draft.Currency = Currency();
                break;
            case OfferEventField.OrderReference:
                draft.OrderReference = OrderReference();
                break;
            case OfferEventField.Metadata:
                draft.Metadata = Metadata();
                break;
            case OfferEventField.EventId:
                draft.EventId = Text(field, 1, EventKeyPolicy.MaxLength) is { } key ? EventKeyPolicy.IdOf(key) : null;
                break;
            case OfferEventField.OccurredAt:
                draft.OccurredAt = OccurredAt(out draft.WasClamped);
                break;
            default:
                Skip();
                break;
        }
    }

    private string? Text(OfferEventField field, int min, int max)
    {
        if (_json.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (_json.TokenType != JsonTokenType.String)
        {
            Skip();
            Fail(field, "A string is expected.", "string_type");
            return null;
        }

        if (!TryText(out var text))
        {
            Fail(field, "The string contains a character that cannot be stored.", "string_unicode");
            return null;
        }

        if (text.Length >= min && text.Length <= max)
        {
            return text;
        }

        Fail(
            field,
            $"The string has {text.Length} characters; {min} to {max} are expected.",
            text.Length < min ? "string_too_short" : "string_too_long");
        return null;
    }

    private readonly bool TryText(out string text)
    {
        if (!_json.ValueIsEscaped)
        {
            text = _texts.Get(_json.ValueSpan);
            return true;
        }

        text = "";
        if (!JsonbText.IsStorable(_json.ValueSpan))
        {
            return false;
        }

        text = _json.GetString()!;
        return true;
    }

    private decimal? CartTotal()
    {
        if (_json.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        var isNumber = _json.TokenType == JsonTokenType.Number;
        var total = 0m;
        if (!(isNumber && _json.TryGetDecimal(out total))
            && !(_json.TokenType == JsonTokenType.String && !_json.ValueIsEscaped && decimal.TryParse(
                _json.ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture, out total)))
        {
            Skip();
            Fail(
                OfferEventField.CartTotal,
                isNumber ? $"A number of at most {OfferEventLimits.CartTotal} is expected." : "A number is expected.",
                isNumber ? "less_than_equal" : "decimal_parsing");
            return null;
        }

        var cents = decimal.Round(total, 2, MidpointRounding.ToEven);
        if (total >= 0 && cents <= OfferEventLimits.CartTotal)
        {
            return cents;
        }

        Fail(
            OfferEventField.CartTotal,
            string.Create(CultureInfo.InvariantCulture, $"A number from 0 to {OfferEventLimits.CartTotal} is expected."),
            total < 0 ? "greater_than_equal" : "less_than_equal");
        return null;
    }

    private string? Currency()
    {
        if (Text(OfferEventField.Currency, OfferEventLimits.ShortestCurrency, OfferEventLimits.Currency) is not { } text)
        {
            return null;
        }

        var code = text.Trim().ToUpperInvariant();
        return code.Length == 0 ? null : code;
    }

    private string? OrderReference()
    {
        var text = Text(OfferEventField.OrderReference, 0, OfferEventLimits.OrderReference);
        if (text is null || !_rules.LooksForPersonalData || !PersonalDataPolicy.HoldsAddress(text))
        {
            return text;
        }

        if (_rules.RejectsPersonalData)
        {
            Fail(OfferEventField.OrderReference, "Personal data is not accepted here.", "personal_data");
        }

        return PersonalDataPolicy.Redacted;
    }

    private ReadOnlyMemory<byte> Metadata()
    {
        if (_json.TokenType == JsonTokenType.Null)
        {
            return default;
        }

        var start = (int)_json.TokenStartIndex;
        var scan = MetadataScan.Read(ref _json, _rules);
        var json = _body[start..(int)_json.BytesConsumed];
        if (scan.Problem is { } problem)
        {
            Fail(OfferEventField.Metadata, problem.Message, problem.Type);
            return default;
        }

        return scan.HoldsPersonalData && _rules.RedactsPersonalData ? PersonalDataRedaction.Redact(json) : json;
    }

    private DateTimeOffset? OccurredAt(out bool wasClamped)
    {
        wasClamped = false;
        if (_json.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (_json.TokenType != JsonTokenType.String || !_json.TryGetDateTime(out var moment))
        {
            Skip();
            Fail(OfferEventField.OccurredAt, "A time in ISO 8601 format is expected.", "datetime_parsing");
            return null;
        }

        // A time without an offset is read as UTC, whatever the time zone of the server.
        var occurredAt = moment.Kind == DateTimeKind.Unspecified
            ? new DateTimeOffset(moment, TimeSpan.Zero)
            : new DateTimeOffset(moment.ToUniversalTime());
        if (occurredAt < _now - _rules.MaxAge)
        {
            Fail(OfferEventField.OccurredAt, $"Events older than {_rules.MaxAge.TotalHours} hours are not accepted.", "too_old");
            return null;
        }

        wasClamped = occurredAt > _now + _rules.MaxSkew;
        return wasClamped ? _now : occurredAt;
    }

    private OfferEventItem Finish(ref Draft draft, int index, int start)
    {
        var id = draft.EventId ?? FallbackId(index);
        var size = (int)_json.BytesConsumed - start;
        if (!Utf8.IsValid(_sent.Span.Slice(start, size)))
        {
            Fail(null, "The event is not valid UTF-8.", "string_unicode");
        }

        if (size > _rules.Options.MaxEventBytes)
        {
            Fail(null, $"The event has {size} bytes; at most {_rules.Options.MaxEventBytes} are allowed.", "too_large");
        }

        RequireText(OfferEventField.OfferSlug, draft.OfferSlug);
        RequireText(OfferEventField.EventType, draft.EventType);
        var storedType = draft.EventType is null ? null : _rules.StoredType(draft.EventType);
        if (draft.EventType is not null && storedType is null)
        {
            Fail(OfferEventField.EventType, "The event type is unknown.", "unknown_event_type");
        }

        return _errors is null
            ? new OfferEventItem(id, draft.ToEvent(id, storedType!, _body[start..(start + size)]), [], _sent[start..(start + size)])
            : Reject(id, start);
    }

    private void RequireText(OfferEventField field, string? text)
    {
        if (text is null ? _errors is null || !HasFailed(field) : string.IsNullOrWhiteSpace(text))
        {
            Fail(field, "A value is required.", text is null ? "missing" : "string_too_short");
        }
    }

    private readonly bool HasFailed(OfferEventField field)
    {
        var name = _naming[field];
        return _errors!.Exists(error => error.Location[^1] as string == name);
    }

    private readonly OfferEventItem Reject(Guid id, int start) =>
        new(id, null, _errors!, _sent[start..(int)_json.BytesConsumed]);

    private readonly Guid FallbackId(int index) => _fallbackKey is null ? Guid.CreateVersion7(_now)
        : index < 0 ? EventKeyPolicy.IdOf(_fallbackKey)
        : EventKeyPolicy.IdOf(_fallbackKey, index);

    private void Fail(OfferEventField? field, string message, string type)
    {
        object[] path = field is { } named ? [.. _path, _naming[named]] : _path;
        (_errors ??= []).Add(new FieldError(path, message, type));
    }

    /// <summary>The members read so far.</summary>
    private struct Draft
    {
        public Guid? EventId;
        public string? OfferSlug;
        public string? EventType;
        public string? TargetSlug;
        public string? Action;
        public decimal? CartTotal;
        public string? Currency;
        public string? OrderReference;
        public ReadOnlyMemory<byte> Metadata;
        public DateTimeOffset? OccurredAt;
        public bool WasClamped;

        public readonly OfferEvent ToEvent(Guid id, string storedType, ReadOnlyMemory<byte> raw) => new()
        {
            Id = id,
            OfferSlug = OfferSlug!,
            EventType = storedType,
            ReportedEventType = storedType == EventType ? null : EventType,
            TargetSlug = TargetSlug,
            Action = Action,
            CartTotal = CartTotal,
            Currency = Currency,
            OrderReference = OrderReference,
            Metadata = Metadata,
            OccurredAt = OccurredAt,
            WasClamped = WasClamped,
            Raw = raw,
        };
    }
}

/// <summary>
/// Returns the same string for slugs, types and actions that repeat, so that heavy traffic does not fill the heap with
/// copies. The size is fixed; a new entry replaces the one in its slot.
/// </summary>
internal sealed class TextCache
{
    private const int Slots = 4_096;
    private const int LongestKept = 64;

    private readonly Entry?[] _entries = new Entry?[Slots];

    /// <param name="utf8">Valid UTF-8 without JSON escapes.</param>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > LongestKept)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        var hash = new HashCode();
        hash.AddBytes(utf8);
        ref var slot = ref _entries[hash.ToHashCode() & (Slots - 1)];
        if (slot is { } entry && utf8.SequenceEqual(entry.Utf8))
        {
            return entry.Text;
        }

        var added = new Entry(utf8.ToArray(), Encoding.UTF8.GetString(utf8));
        slot = added;
        return added.Text;
    }

    private sealed record Entry(byte[] Utf8, string Text);
}
