using System.Text.Json;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Analytics;

/// <summary>The pass of <see cref="OfferEventParser"/> over one body.</summary>
internal ref partial struct OfferEventReader
{
    /// <summary>Deeper nesting than this is taken for an attack and refuses the body.</summary>
    private const int MaxBodyDepth = 256;

    private readonly ReadOnlyMemory<byte> _body;
    private readonly OfferEventNaming _naming;
    private readonly OfferEventRules _rules;
    private readonly TextCache _texts;
    private readonly DateTimeOffset _now;
    private readonly string? _fallbackKey;
    private Utf8JsonReader _json;
    private List<FieldError>? _errors;
    private object[] _path;

    public OfferEventReader(
        ReadOnlyMemory<byte> body,
        OfferEventNaming naming,
        OfferEventRules rules,
        TextCache texts,
        DateTimeOffset now,
        string? fallbackKey)
    {
        _body = body;
        _naming = naming;
        _rules = rules;
        _texts = texts;
        _now = now;
        _fallbackKey = fallbackKey;
        _json = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = MaxBodyDepth });
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

        // Anything after the value is an error, which only a further read finds.
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
                throw OfferEventParser.Refuse($"At most {limit} events fit into one request.", "too_long");
            }

            _path = [.. path, items.Count];
            items.Add(ReadItem(items.Count, out _));
        }

        return items.Count > 0
            ? new ParsedEvents(true, items)
            : throw OfferEventParser.Refuse("The batch holds no event.", "too_short");
    }

    private OfferEventItem ReadItem(int index, out ParsedEvents? batch)
    {
        batch = null;
        _errors = null;
        var start = (int)_json.TokenStartIndex;
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            _json.Skip();
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
                _json.Skip();
                Fail(field, "No member may be given twice.", "json_duplicate");
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

        return Finish(ref draft, index, start);
    }

    private void SkipRest()
    {
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            if (_naming.Find(ref _json) == OfferEventField.Batch)
            {
                throw OfferEventParser.Refuse("No member may be given twice.", "json_duplicate");
            }

            _json.Read();
            _json.Skip();
        }
    }

    private OfferEventItem Finish(ref Draft draft, int index, int start)
    {
        var id = draft.EventId ?? FallbackId(index);
        var size = (int)_json.BytesConsumed - start;
        if (size > _rules.Options.MaxEventBytes)
        {
            Fail(null, $"The event has {size} bytes; at most {_rules.Options.MaxEventBytes} are taken.", "too_large");
        }

        RequireText(OfferEventField.OfferSlug, draft.OfferSlug);
        RequireText(OfferEventField.EventType, draft.EventType);
        var fileUnder = draft.EventType is null ? null : _rules.FileUnder(draft.EventType);
        if (draft.EventType is not null && fileUnder is null)
        {
            Fail(OfferEventField.EventType, "The event type is not one of those known here.", "unknown_event_type");
        }

        return _errors is null
            ? new OfferEventItem(id, draft.ToEvent(id, fileUnder!, _body[start..(start + size)]), [], _body[start..(start + size)])
            : Reject(id, start);
    }

    private readonly OfferEventItem Reject(Guid id, int start) =>
        new(id, null, _errors!, _body[start..(int)_json.BytesConsumed]);

    private readonly Guid FallbackId(int index) => _fallbackKey is null ? Guid.CreateVersion7(_now)
        : index < 0 ? EventKeyPolicy.IdOf(_fallbackKey)
        : EventKeyPolicy.IdOf(_fallbackKey, index);

    private void Fail(OfferEventField? field, string message, string type)
    {
        object[] path = field is { } named ? [.. _path, _naming[named]] : _path;
        (_errors ??= []).Add(new FieldError(path, message, type));
    }
}
