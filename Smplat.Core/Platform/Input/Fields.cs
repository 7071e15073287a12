using System.Globalization;
using System.Text.Json;

namespace Smplat.Core.Platform.Input;

/// <summary>
/// Reads the members of a JSON object and collects all errors. Every method returns a value of the right type;
/// <see cref="ThrowIfInvalid"/>, called after everything was read, decides whether the values may be used.
/// </summary>
public sealed class Fields
{
    private readonly JsonElement _object;
    private readonly object[] _path;
    private readonly List<FieldError> _errors;
    private readonly InputRecording? _recording;

    private Fields(JsonElement element, object[] path, List<FieldError> errors, InputRecording? recording = null)
    {
        _object = element;
        _path = path;
        _errors = errors;
        _recording = recording;
    }

    public IReadOnlyList<FieldError> Errors => _errors;

    /// <summary>The object as received.</summary>
    public JsonElement Json => _object;

    /// <param name="source"><c>body</c> or <c>query</c>.</param>
    public static Fields From(JsonElement element, string source)
    {
        var errors = new List<FieldError>();
        if (element.ValueKind != JsonValueKind.Object)
        {
            errors.Add(new([source], "Must be a JSON object.", "object_type"));
        }

        return new(element, [source], errors);
    }

    /// <summary>Fields that record which members are read; their errors are ignored.</summary>
    internal static Fields Recorded(JsonElement element, InputRecording recording) => new(element, ["probe"], [], recording);

    public void ThrowIfInvalid()
    {
        if (_errors.Count > 0)
        {
            throw new InvalidInputException(_errors);
        }
    }

    /// <summary>True when the member is present and not null.</summary>
    public bool Has(string name) => Find(name, null) is not null;

    /// <summary>True when the member was sent as null, which most readers treat as absent.</summary>
    public bool IsNull(string name) =>
        _object.ValueKind == JsonValueKind.Object && _object.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Null;

    public void Error(string name, string message, string type = "value_error") =>
        _errors.Add(new([.. _path, name], message, type));

    /// <summary>Rejects null for an optional member.</summary>
    public void RefuseNull(string name, string message, string type)
    {
        _recording?.Change(name, member => member with { IsNullable = false });
        if (IsNull(name))
        {
            Error(name, message, type);
        }
    }

    /// <summary>Rejects an object that has none of the members.</summary>
    /// <param name="isGiven">Whether it has one of them, under any of its names.</param>
    public void RequireAny(bool isGiven, string message, params IReadOnlyList<string> names)
    {
        _recording?.RequireAny(names);
        if (!isGiven)
        {
            Error(names[0], message, "missing");
        }
    }

    /// <summary>
    /// Describes a member in the API document: what a reader checks in addition, or what a value means. For a list, it describes
    /// the entries. It does not change how the member is read.
    /// </summary>
    /// <param name="format">A format of JSON Schema.</param>
    /// <param name="values">The allowed values.</param>
    /// <param name="isNeeded">The operation later refuses a command without the member.</param>
    public void Describe(
        string name,
        string? description = null,
        string? format = null,
        string? pattern = null,
        IReadOnlyCollection<string>? values = null,
        bool isNeeded = false) =>
        _recording?.Change(name, member => member with
        {
            IsRequired = member.IsRequired || isNeeded,
            IsNullable = member.IsNullable && !isNeeded,
            Description = description ?? member.Description,
            Shape = member.Shape.Entry is { } entry
                ? member.Shape with { Entry = Described(entry, format, pattern, values) }
                : Described(member.Shape, format, pattern, values),
        });

    private static InputShape Described(InputShape shape, string? format, string? pattern, IReadOnlyCollection<string>? values) =>
        shape with { Format = format ?? shape.Format, Pattern = pattern ?? shape.Pattern, Values = values ?? shape.Values };

    /// <summary>Names this object in the API document, for readers that several others share.</summary>
    /// <param name="isOpen">Members that no reader reads are kept too.</param>
    public void Called(string name, bool isOpen = false) => _recording?.Call(name, isOpen);

    /// <summary>Declares a member in the API document that the reader takes from <see cref="Json"/> itself.</summary>
    public void Declare(InputMember member)
    {
        _recording?.Note(member.Name, null, member.Shape);
        _recording?.Change(member.Name, _ => member);
    }

    /// <param name="isFilled">White space alone is rejected.</param>
    public string RequiredText(string name, int min = 1, int max = 10_000, string? also = null, bool isFilled = false) =>
        Required(name, also, Text(name, min, max, also, isFilled), "");

    /// <param name="isFilled">White space alone is rejected.</param>
    public string? Text(string name, int min = 0, int max = 10_000, string? also = null, bool isFilled = false)
    {
        _recording?.Note(name, also, new(InputKind.Text) { MinLength = min, MaxLength = max, Pattern = isFilled ? @"\S" : null });
        if (Find(name, also) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            return Fail<string?>(name, "Must be a string.", "string_type", "");
        }

        var text = value.GetString()!;
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            return Fail(name, "Must not contain the NUL character.", "string_nul", text);
        }

        return text.Length < min
            ? Fail(name, $"Must have at least {min} characters.", "string_too_short", text)
            : text.Length > max
                ? Fail(name, $"Must have at most {max} characters.", "string_too_long", text)
                : isFilled && string.IsNullOrWhiteSpace(text)
                    ? Fail(name, "Must not be blank.", "string_blank", text)
                    : text;
    }

    /// <summary>One of a fixed list of values, case-sensitive.</summary>
    public string? Label(string name, IReadOnlyCollection<string> allowed, string? also = null)
    {
        _recording?.Note(name, also, InputShape.Words(allowed));
        var text = Text(name, 0, 200, also);
        return text is null || allowed.Contains(text)
            ? text
            : Fail<string?>(name, $"Must be one of {string.Join(", ", allowed)}.", "enum", "");
    }

    public string RequiredLabel(string name, IReadOnlyCollection<string> allowed, string? also = null) =>
        Required(name, also, Label(name, allowed, also), "");

    /// <summary>An absolute http or https URL.</summary>
    public string? WebAddress(string name, int max)
    {
        var url = Text(name, 1, max);
        Describe(name, format: "uri", pattern: "^[Hh][Tt][Tt][Pp][Ss]?:");
        return url is null || url.Length == 0 || url.Length > max || (Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "https" or "http")
            ? url
            : Fail(name, "Must be an http or https URL.", "url_parsing", url);
    }

    public string RequiredWebAddress(string name, int max) => Required(name, null, WebAddress(name, max), "");

    /// <summary>A whole number; <c>"60"</c> and <c>60.0</c> count as one, <c>60.5</c> does not.</summary>
    public int? Integer(string name, int min = int.MinValue, int max = int.MaxValue, string? also = null)
    {
        _recording?.Note(name, also, InputShape.Integer(min, max));
        if (Find(name, also) is not { } value)
        {
            return null;
        }

        if (!TryDecimal(value, out var number) || number != decimal.Truncate(number))
        {
            return Fail<int?>(name, "Must be a whole number.", "int_parsing", min);
        }

        return number < min || number > max
            ? Fail<int?>(name, $"Must be a number from {min} to {max}.", number < min ? "greater_than_equal" : "less_than_equal", min)
            : (int)number;
    }

    public int RequiredInteger(string name, int min = int.MinValue, int max = int.MaxValue, string? also = null) =>
        Required(name, also, Integer(name, min, max, also), min);

    /// <summary>A decimal number, or a string that contains one.</summary>
    public decimal? Number(string name, decimal min = decimal.MinValue, decimal max = decimal.MaxValue, string? also = null)
    {
        _recording?.Note(
            name, also, InputShape.Number(min == decimal.MinValue ? null : min, max == decimal.MaxValue ? null : max));
        if (Find(name, also) is not { } value)
        {
            return null;
        }

        if (!TryDecimal(value, out var number))
        {
            return Fail<decimal?>(name, "Must be a number.", "decimal_parsing", min);
        }

        return number < min || number > max
            ? Fail<decimal?>(
                name,
                string.Create(CultureInfo.InvariantCulture, $"Must be a number from {min} to {max}."),
                number < min ? "greater_than_equal" : "less_than_equal",
                min)
            : number;
    }

    public decimal RequiredNumber(string name, decimal min = decimal.MinValue, decimal max = decimal.MaxValue, string? also = null) =>
        Required(name, also, Number(name, min, max, also), min);

    public bool? Flag(string name, string? also = null) => Find(name, also, InputKind.Flag) is not { } value
        ? null
        : value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.String when bool.TryParse(value.GetString(), out var flag) => flag,
            JsonValueKind.String when value.GetString() is "1" or "0" => value.GetString() == "1",
            _ => Fail<bool?>(name, "Must be true or false.", "bool_type", false),
        };

    public bool RequiredFlag(string name, string? also = null) => Required(name, also, Flag(name, also), false);

    public Guid? Guid(string name, string? also = null) => Find(name, also, InputKind.Guid) is not { } value
        ? null
        : value.ValueKind == JsonValueKind.String && System.Guid.TryParse(value.GetString(), out var id)
            ? id
            : Fail<Guid?>(name, "Must be a UUID.", "uuid_parsing", System.Guid.Empty);

    public Guid RequiredGuid(string name, string? also = null) =>
        Required(name, also, Guid(name, also), System.Guid.Empty);

    /// <summary>A date and time in ISO 8601; without an offset it is read as UTC.</summary>
    public DateTimeOffset? Instant(string name, string? also = null) => Find(name, also, InputKind.Instant) is not { } value
        ? null
        : value.ValueKind == JsonValueKind.String && DateTimeOffset.TryParse(
            value.GetString(),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var instant)
            ? instant
            : Fail<DateTimeOffset?>(name, "Must be a date and time in ISO 8601.", "datetime_parsing", default(DateTimeOffset));

    public DateTimeOffset RequiredInstant(string name, string? also = null) => Required(name, also, Instant(name, also), default);

    /// <summary>A JSON object as received.</summary>
    public JsonElement? Object(string name, string? also = null) => Find(name, also, InputKind.Object) is not { } value
        ? null
        : value.ValueKind != JsonValueKind.Object
            ? Fail<JsonElement?>(name, "Must be a JSON object.", "dict_type", null)
            : StorableJson.ProblemOf(value) is { } problem
                ? Fail<JsonElement?>(name, problem, "json_value", null)
                : value;

    /// <summary>A JSON object whose members are read in turn.</summary>
    public Fields? Nested(string name, string? also = null)
    {
        if (_recording is not null)
        {
            return RecordChild(name, also, new(InputKind.Object));
        }

        return Find(name, also) is not { } value
            ? null
            : value.ValueKind == JsonValueKind.Object
                ? new Fields(value, [.. _path, name], _errors)
                : Fail<Fields?>(name, "Must be a JSON object.", "dict_type", null);
    }

    /// <summary>A list of objects; an absent one is empty.</summary>
    public IReadOnlyList<Fields> List(string name, int maxCount, int minCount = 0, string? also = null)
    {
        if (_recording is not null)
        {
            return [RecordChild(name, also, InputShape.ListOf(new(InputKind.Object), minCount, maxCount), minCount > 0)];
        }

        if (Items(name, maxCount, minCount, also) is not { } items)
        {
            return [];
        }

        var list = new List<Fields>();
        foreach (var item in items)
        {
            object[] path = [.. _path, name, list.Count];
            if (item.ValueKind != JsonValueKind.Object)
            {
                _errors.Add(new(path, "Must be a JSON object.", "dict_type"));
            }

            list.Add(new Fields(item, path, _errors));
        }

        return list;
    }

    /// <summary>
    /// A list of objects. Entries that are not objects are left out, and anything but a list counts as an empty list. Each entry
    /// collects its own errors.
    /// </summary>
    public IEnumerable<Fields> UsableEntries(string name, int maxCount)
    {
        if (_recording is not null)
        {
            var child = RecordChild(name, null, InputShape.ListOf(new(InputKind.Object), 0, null));
            _recording.Change(name, member => member with { IsLenient = true });
            return [child];
        }

        return Find(name, null) is { ValueKind: JsonValueKind.Array } list
            ? list.EnumerateArray().Take(maxCount).Where(entry => entry.ValueKind == JsonValueKind.Object).Select(entry => From(entry, "body"))
            : [];
    }

    /// <summary>A list of strings; a single string counts as a list of one, as in a query string.</summary>
    public IReadOnlyList<string> Texts(string name, int maxCount, int maxLength, string? also = null, int minCount = 0)
    {
        _recording?.Note(name, also, InputShape.ListOf(InputShape.Text(max: maxLength), minCount, maxCount));
        if (minCount > 0)
        {
            _recording?.Require(name);
        }

        if (Find(name, also) is { ValueKind: JsonValueKind.String } single)
        {
            return [Entry(single, [.. _path, name], maxLength)];
        }

        if (Items(name, maxCount, minCount, also) is not { } items)
        {
            return [];
        }

        var texts = new List<string>();
        foreach (var item in items)
        {
            texts.Add(Entry(item, [.. _path, name, texts.Count], maxLength));
        }

        return texts;
    }

    /// <summary>Recorded fields of a member that may be missing from the probe.</summary>
    private Fields RecordChild(string name, string? also, InputShape shape, bool isRequired = false)
    {
        _recording!.Note(name, also, shape);
        if (isRequired)
        {
            _recording.Require(name);
        }

        var element = Find(name, also) is { ValueKind: JsonValueKind.Object } given ? given : JsonElement.Parse("{}");
        return Recorded(element, _recording.Child(name, element));
    }

    private string Entry(JsonElement item, object[] path, int maxLength)
    {
        var text = item.ValueKind == JsonValueKind.String ? item.GetString()! : null;
        if (text is null || text.Length > maxLength)
        {
            _errors.Add(new(path, $"Must be a string of at most {maxLength} characters.", "string_type"));
        }
        else if (text.Contains('\0', StringComparison.Ordinal))
        {
            _errors.Add(new(path, "Must not contain the NUL character.", "string_nul"));
        }

        return text ?? "";
    }

    private JsonElement.ArrayEnumerator? Items(string name, int maxCount, int minCount, string? also)
    {
        if (Find(name, also) is not { } value)
        {
            if (minCount > 0)
            {
                Error(name, "A value is required.", "missing");
            }

            return null;
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            return Fail<JsonElement.ArrayEnumerator?>(name, "Must be a list.", "list_type", null);
        }

        var count = value.GetArrayLength();
        if (count < minCount || count > maxCount)
        {
            return Fail<JsonElement.ArrayEnumerator?>(
                name, $"Must be a list of {minCount} to {maxCount} entries, not {count}.", count < minCount ? "too_short" : "too_long", null);
        }

        return value.EnumerateArray();
    }

    private static bool TryDecimal(JsonElement value, out decimal number)
    {
        number = 0;
        return value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetDecimal(out number),
            JsonValueKind.String => decimal.TryParse(
                value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out number),
            _ => false,
        };
    }

    private JsonElement? Find(string name, string? also, InputKind kind)
    {
        _recording?.Note(name, also, new(kind));
        return Find(name, also);
    }

    private JsonElement? Find(string name, string? also)
    {
        if (_object.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (_object.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null)
        {
            return value;
        }

        return also is not null && _object.TryGetProperty(also, out value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private T Required<T>(string name, string? also, T? value, T fallback)
        where T : struct
    {
        _recording?.Require(name);
        return value ?? Missing(name, also, fallback);
    }

    private string Required(string name, string? also, string? value, string fallback)
    {
        _recording?.Require(name);
        return value ?? Missing(name, also, fallback);
    }

    private T Missing<T>(string name, string? also, T fallback)
    {
        if (Find(name, also) is null && _object.ValueKind == JsonValueKind.Object)
        {
            Error(name, "A value is required.", "missing");
        }

        return fallback;
    }

    private T Fail<T>(string name, string message, string type, T fallback)
    {
        Error(name, message, type);
        return fallback;
    }
}
