using System.Globalization;
using System.Text.Json;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Analytics;

internal ref partial struct OfferEventReader
{
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
                _json.Skip();
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
            _json.Skip();
            Fail(field, "A text is expected.", "string_type");
            return null;
        }

        if (!TryText(out var text))
        {
            Fail(field, "The text holds a character that cannot be stored.", "string_unicode");
            return null;
        }

        if (text.Length >= min && text.Length <= max)
        {
            return text;
        }

        Fail(
            field,
            $"The text has {text.Length} characters; {min} to {max} are expected.",
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
            _json.Skip();
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
            Fail(OfferEventField.OrderReference, "Personal data is not taken here.", "personal_data");
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
            _json.Skip();
            Fail(OfferEventField.OccurredAt, "A time in ISO 8601 is expected.", "datetime_parsing");
            return null;
        }

        // Without an offset it is taken for UTC, wherever this runs.
        var occurredAt = moment.Kind == DateTimeKind.Unspecified
            ? new DateTimeOffset(moment, TimeSpan.Zero)
            : new DateTimeOffset(moment.ToUniversalTime());
        if (occurredAt < _now - _rules.MaxAge)
        {
            Fail(OfferEventField.OccurredAt, $"Events older than {_rules.MaxAge.TotalHours} hours are not taken.", "too_old");
            return null;
        }

        wasClamped = occurredAt > _now + _rules.MaxSkew;
        return wasClamped ? _now : occurredAt;
    }
}
