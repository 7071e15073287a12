using System.Globalization;
using System.Text.Json;

namespace Smplat.Core.Input;

/// <summary>
/// Reads the members of a JSON object and gathers everything that is wrong with them. A reader always gets a value of
/// the right type; whether it may be used is decided by <see cref="ThrowIfInvalid"/> after all were read.
/// </summary>
public sealed partial class Fields
{
    private readonly JsonElement _object;
    private readonly object[] _path;
    private readonly List<FieldError> _errors;

    private Fields(JsonElement element, object[] path, List<FieldError> errors)
    {
        _object = element;
        _path = path;
        _errors = errors;
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

    public void ThrowIfInvalid()
    {
        if (_errors.Count > 0)
        {
            throw new InvalidInputException(_errors);
        }
    }

    /// <summary>True when the member is there and not null.</summary>
    public bool Has(string name) => Find(name, null) is not null;

    public void Error(string name, string message, string type = "value_error") =>
        _errors.Add(new([.. _path, name], message, type));

    /// <param name="isFilled">White space alone is not enough.</param>
    public string RequiredText(string name, int min = 1, int max = 10_000, string? also = null, bool isFilled = false) =>
        Text(name, min, max, also, isFilled) ?? Missing(name, also, "");

    /// <param name="isFilled">White space alone is not enough.</param>
    public string? Text(string name, int min = 0, int max = 10_000, string? also = null, bool isFilled = false)
    {
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
        var text = Text(name, 0, 200, also);
        return text is null || allowed.Contains(text)
            ? text
            : Fail<string?>(name, $"One of {string.Join(", ", allowed)} is expected.", "enum", "");
    }

    public string RequiredLabel(string name, IReadOnlyCollection<string> allowed, string? also = null) =>
        Label(name, allowed, also) ?? Missing(name, also, "");

    public bool? Flag(string name, string? also = null) => Find(name, also) is not { } value
        ? null
        : value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.String when bool.TryParse(value.GetString(), out var flag) => flag,
            JsonValueKind.String when value.GetString() is "1" or "0" => value.GetString() == "1",
            _ => Fail<bool?>(name, "True or false is expected.", "bool_type", false),
        };

    public bool RequiredFlag(string name, string? also = null) => Flag(name, also) ?? Missing(name, also, false);

    public Guid? Guid(string name, string? also = null) => Find(name, also) is not { } value
        ? null
        : value.ValueKind == JsonValueKind.String && System.Guid.TryParse(value.GetString(), out var id)
            ? id
            : Fail<Guid?>(name, "A UUID is expected.", "uuid_parsing", System.Guid.Empty);

    public Guid RequiredGuid(string name, string? also = null) => Guid(name, also) ?? Missing(name, also, System.Guid.Empty);

    /// <summary>An instant in ISO 8601; without an offset it is read as UTC.</summary>
    public DateTimeOffset? Instant(string name, string? also = null) => Find(name, also) is not { } value
        ? null
        : value.ValueKind == JsonValueKind.String && DateTimeOffset.TryParse(
            value.GetString(),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var instant)
            ? instant
            : Fail<DateTimeOffset?>(name, "An instant in ISO 8601 is expected.", "datetime_parsing", default(DateTimeOffset));

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
