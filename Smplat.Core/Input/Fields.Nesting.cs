using System.Text.Json;

namespace Smplat.Core.Input;

public sealed partial class Fields
{
    /// <summary>A JSON object as it came.</summary>
    public JsonElement? Object(string name, string? also = null) => Find(name, also) is not { } value
        ? null
        : value.ValueKind != JsonValueKind.Object
            ? Fail<JsonElement?>(name, "A JSON object is expected.", "dict_type", null)
            : StorableJson.ProblemOf(value) is { } problem
                ? Fail<JsonElement?>(name, problem, "json_value", null)
                : value;

    /// <summary>A JSON object to be read further.</summary>
    public Fields? Nested(string name, string? also = null) =>
        Find(name, also) is not { } value
            ? null
            : value.ValueKind == JsonValueKind.Object
                ? new Fields(value, [.. _path, name], _errors)
                : Fail<Fields?>(name, "A JSON object is expected.", "dict_type", null);

    public Fields RequiredNested(string name, string? also = null) =>
        Nested(name, also) ?? Missing(name, also, new Fields(default, [.. _path, name], _errors));

    /// <summary>A list of objects; an absent one is empty.</summary>
    public IReadOnlyList<Fields> List(string name, int maxCount, int minCount = 0, string? also = null)
    {
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
                _errors.Add(new(path, "A JSON object is expected.", "dict_type"));
            }

            list.Add(new Fields(item, path, _errors));
        }

        return list;
    }

    /// <summary>A list of texts; a single text counts as a list of one, as in a query string.</summary>
    public IReadOnlyList<string> Texts(string name, int maxCount, int maxLength, string? also = null)
    {
        if (Find(name, also) is { ValueKind: JsonValueKind.String } single)
        {
            return [Entry(single, [.. _path, name], maxLength)];
        }

        if (Items(name, maxCount, 0, also) is not { } items)
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

    private string Entry(JsonElement item, object[] path, int maxLength)
    {
        var text = item.ValueKind == JsonValueKind.String ? item.GetString()! : null;
        if (text is null || text.Length > maxLength)
        {
            _errors.Add(new(path, $"A text of at most {maxLength} characters is expected.", "string_type"));
        }
        else if (text.Contains('\0', StringComparison.Ordinal))
        {
            _errors.Add(new(path, "A text must not hold the NUL character.", "string_nul"));
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
            return Fail<JsonElement.ArrayEnumerator?>(name, "A list is expected.", "list_type", null);
        }

        var count = value.GetArrayLength();
        if (count < minCount || count > maxCount)
        {
            return Fail<JsonElement.ArrayEnumerator?>(
                name, $"A list of {minCount} to {maxCount} entries is expected, not {count}.", count < minCount ? "too_short" : "too_long", null);
        }

        return value.EnumerateArray();
    }
}
