using System.Text.Json;

namespace Smplat.Core.Platform.Input;

public sealed partial class Fields
{
    /// <summary>A JSON object as it came.</summary>
    public JsonElement? Object(string name, string? also = null) => Find(name, also, InputKind.Object) is not { } value
        ? null
        : value.ValueKind != JsonValueKind.Object
            ? Fail<JsonElement?>(name, "A JSON object is expected.", "dict_type", null)
            : StorableJson.ProblemOf(value) is { } problem
                ? Fail<JsonElement?>(name, problem, "json_value", null)
                : value;

    /// <summary>A JSON object to be read further.</summary>
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
                : Fail<Fields?>(name, "A JSON object is expected.", "dict_type", null);
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
                _errors.Add(new(path, "A JSON object is expected.", "dict_type"));
            }

            list.Add(new Fields(item, path, _errors));
        }

        return list;
    }

    /// <summary>
    /// A list of objects of which the unusable ones are left out, each with errors of its own; what is no list is empty.
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
            ? list.EnumerateArray().Take(maxCount).Where(entry => entry.ValueKind == JsonValueKind.Object).Select(entry => Of(entry, "body"))
            : [];
    }

    /// <summary>A list of texts; a single text counts as a list of one, as in a query string.</summary>
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

    /// <summary>Fields of a member that need not be in the probe.</summary>
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
