using System.Text.Json;

namespace Smplat.Core.Platform.Outbox;

/// <summary>JSON as the plain values that templates walk through.</summary>
public static class JsonValues
{
    public static Dictionary<string, object?> Object(JsonElement element) => element.ValueKind == JsonValueKind.Object
        ? element.EnumerateObject().GroupBy(member => member.Name).ToDictionary(same => same.Key, same => Of(same.Last().Value))
        : [];

    private static object? Of(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => Object(element),
        JsonValueKind.Array => element.EnumerateArray().Select(Of).ToList(),
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.TryGetDecimal(out var number) ? number : element.GetRawText(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };
}
