using System.Globalization;
using System.Text.Json.Nodes;

namespace Smplat.Functions.Http.OpenApi;

/// <summary>
/// Replaces references inside a schema by what they point to. The exporter writes them relative to the schema's own root,
/// which is not the root any more once the schema stands in a document.
/// </summary>
internal static class SchemaReferences
{
    /// <summary>A type that holds itself is cut off here.</summary>
    private const int MaxDepth = 12;

    internal static JsonNode Inline(JsonNode root) => Copy(root, root, 0);

    private static JsonNode Copy(JsonNode node, JsonNode root, int depth)
    {
        if (depth > MaxDepth)
        {
            return new JsonObject();
        }

        return node switch
        {
            JsonObject schema when schema["$ref"] is { } reference => Copy(Follow(root, reference.GetValue<string>()), root, depth + 1),
            JsonObject schema => new JsonObject(schema.Select(member =>
                KeyValuePair.Create(member.Key, member.Value is null ? null : Copy(member.Value, root, depth)))),
            JsonArray array => new JsonArray([.. array.Select(item => item is null ? null : Copy(item, root, depth))]),
            _ => node.DeepClone(),
        };
    }

    private static JsonNode Follow(JsonNode root, string pointer)
    {
        var node = root;
        foreach (var segment in pointer.TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var name = segment.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            node = node is JsonArray array ? array[int.Parse(name, CultureInfo.InvariantCulture)]! : node[name]!;
        }

        return node;
    }
}
