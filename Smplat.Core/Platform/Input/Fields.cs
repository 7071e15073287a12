using System.Globalization;
using System.Text.Json;

namespace Smplat.Core.Platform.Input;

/// <summary>
/// Reads the members of a JSON object and gathers everything that is wrong with them. A reader always gets a value of
/// the right type; whether it may be used is decided by <see cref="ThrowIfInvalid"/> after all were read.
/// </summary>
public sealed partial class Fields
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

    /// <summary>The object as it came.</summary>
    public JsonElement Json => _object;

    /// <param name="source"><c>body</c> or <c>query</c>.</param>
    public static Fields Of(JsonElement element, string source)
    {
        var errors = new List<FieldError>();
        if (element.ValueKind != JsonValueKind.Object)
        {
            errors.Add(new([source], "A JSON object is expected.", "object_type"));
        }

        return new(element, [source], errors);
    }

    /// <summary>Fields that note what is asked for; what is wrong with them does not matter.</summary>
    internal static Fields Recorded(JsonElement element, InputRecording recording) => new(element, ["probe"], [], recording);

    public void ThrowIfInvalid()
    {
        if (_errors.Count > 0)
        {
            throw new InvalidInputException(_errors);
        }
    }

    /// <summary>True when the member is there and not null.</summary>
    public bool Has(string name) => Find(name, null) is not null;

    /// <summary>True when the member was sent as null, which most readers take for left out.</summary>
    public bool IsNull(string name) =>
        _object.ValueKind == JsonValueKind.Object && _object.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Null;

    public void Error(string name, string message, string type = "value_error") =>
        _errors.Add(new([.. _path, name], message, type));

    /// <summary>Refuses null for a member that may be left out.</summary>
    public void RefuseNull(string name, string message, string type)
    {
        _recording?.Change(name, member => member with { IsNullable = false });
        if (IsNull(name))
        {
            Error(name, message, type);
        }
    }

    /// <summary>Refuses an object that has none of the members.</summary>
    /// <param name="isGiven">Whether it has one, under whatever name.</param>
    public void RequireAny(bool isGiven, string message, params IReadOnlyList<string> names)
    {
        _recording?.RequireAny(names);
        if (!isGiven)
        {
            Error(names[0], message, "missing");
        }
    }

    /// <summary>
    /// Tells the API document what a reader checks on top, or what a value means; for a list, the checks of its entries.
    /// It changes nothing about reading.
    /// </summary>
    /// <param name="format">A format of JSON Schema.</param>
    /// <param name="values">The words that are taken.</param>
    /// <param name="isNeeded">The operation refuses the command later when the member was left out.</param>
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

    /// <summary>Tells the API document a name for this object, for readers that several others use.</summary>
    /// <param name="isOpen">Members that no reader asks for are kept too.</param>
    public void Called(string name, bool isOpen = false) => _recording?.Call(name, isOpen);

    /// <summary>Tells the API document of a member that the reader takes out of <see cref="Json"/> itself.</summary>
    public void Declare(InputMember member)
    {
        _recording?.Note(member.Name, null, member.Shape);
        _recording?.Change(member.Name, _ => member);
    }

    /// <param name="isFilled">White space alone is not enough.</param>
    public string RequiredText(string name, int min = 1, int max = 10_000, string? also = null, bool isFilled = false) =>
        Required(name, also, Text(name, min, max, also, isFilled), "");

    /// <param name="isFilled">White space alone is not enough.</param>
    public string? Text(string name, int min = 0, int max = 10_000, string? also = null, bool isFilled = false)
    {
        _recording?.Note(name, also, new(InputKind.Text) { MinLength = min, MaxLength = max, Pattern = isFilled ? @"\S" : null });
        if (Find(name, also) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            return Fail<string?>(name, "A text is expected.", "string_type", "");
        }

        var text = value.GetString()!;
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            return Fail(name, "A text must not hold the NUL character.", "string_nul", text);
        }

        return text.Length < min
            ? Fail(name, $"At least {min} characters are expected.", "string_too_short", text)
            : text.Length > max
                ? Fail(name, $"At most {max} characters are allowed.", "string_too_long", text)
                : isFilled && string.IsNullOrWhiteSpace(text)
                    ? Fail(name, "More than white space is expected.", "string_blank", text)
                    : text;
    }

    /// <summary>One of a closed list of words, compared as written.</summary>
    public string? Label(string name, IReadOnlyCollection<string> allowed, string? also = null)
    {
        _recording?.Note(name, also, InputShape.Words(allowed));
        var text = Text(name, 0, 200, also);
        return text is null || allowed.Contains(text)
            ? text
            : Fail<string?>(name, $"One of {string.Join(", ", allowed)} is expected.", "enum", "");
    }

    public string RequiredLabel(string name, IReadOnlyCollection<string> allowed, string? also = null) =>
        Required(name, also, Label(name, allowed, also), "");

    /// <summary>An absolute http or https address.</summary>
    public string? WebAddress(string name, int max)
    {
        var url = Text(name, 1, max);
        Describe(name, format: "uri", pattern: "^[Hh][Tt][Tt][Pp][Ss]?:");
        return url is null || url.Length == 0 || url.Length > max || (Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "https" or "http")
            ? url
            : Fail(name, "An http or https address is expected.", "url_parsing", url);
    }

    public bool? Flag(string name, string? also = null) => Find(name, also, InputKind.Flag) is not { } value
        ? null
        : value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.String when bool.TryParse(value.GetString(), out var flag) => flag,
            JsonValueKind.String when value.GetString() is "1" or "0" => value.GetString() == "1",
            _ => Fail<bool?>(name, "True or false is expected.", "bool_type", false),
        };

    public bool RequiredFlag(string name, string? also = null) => Required(name, also, Flag(name, also), false);

    public Guid? Guid(string name, string? also = null) => Find(name, also, InputKind.Guid) is not { } value
        ? null
        : value.ValueKind == JsonValueKind.String && System.Guid.TryParse(value.GetString(), out var id)
            ? id
            : Fail<Guid?>(name, "A UUID is expected.", "uuid_parsing", System.Guid.Empty);

    public Guid RequiredGuid(string name, string? also = null) =>
        Required(name, also, Guid(name, also), System.Guid.Empty);

    /// <summary>An instant in ISO 8601; without an offset it is read as UTC.</summary>
    public DateTimeOffset? Instant(string name, string? also = null) => Find(name, also, InputKind.Instant) is not { } value
        ? null
        : value.ValueKind == JsonValueKind.String && DateTimeOffset.TryParse(
            value.GetString(),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var instant)
            ? instant
            : Fail<DateTimeOffset?>(name, "An instant in ISO 8601 is expected.", "datetime_parsing", default(DateTimeOffset));

    public DateTimeOffset RequiredInstant(string name, string? also = null) => Required(name, also, Instant(name, also), default);

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

    private T Required<T>(string name, string? also, T? value, T stand)
        where T : struct
    {
        _recording?.Require(name);
        return value ?? Missing(name, also, stand);
    }

    private string Required(string name, string? also, string? value, string stand)
    {
        _recording?.Require(name);
        return value ?? Missing(name, also, stand);
    }

    private T Missing<T>(string name, string? also, T stand)
    {
        if (Find(name, also) is null && _object.ValueKind == JsonValueKind.Object)
        {
            Error(name, "A value is required.", "missing");
        }

        return stand;
    }

    private T Fail<T>(string name, string message, string type, T stand)
    {
        Error(name, message, type);
        return stand;
    }
}
