using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using Smplat.Functions.Http.Answers;

namespace Smplat.Functions.Http.OpenApi;

/// <summary>JSON schemas of our records, in the spelling in which they are sent.</summary>
internal static class JsonSchemas
{
    private static readonly JsonSchemaExporterOptions Exporter = new()
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = (context, schema) => context.TypeInfo.Type switch
        {
            var type when type == typeof(DateTimeOffset) => new JsonObject { ["type"] = "string", ["format"] = "date-time" },
            var type when type == typeof(DateTimeOffset?) => new JsonObject
            {
                ["type"] = new JsonArray("string", "null"),
                ["format"] = "date-time",
            },
            // Any JSON is allowed there; readers of OpenAPI expect an object rather than "true".
            _ when schema is JsonValue => new JsonObject(),
            _ => schema,
        },
    };

    internal static JsonNode Of(Type type, Naming naming) =>
        SchemaReferences.Inline(naming.Serializer().GetJsonSchemaAsNode(type, Exporter));

    internal static JsonObject OfParameter(Type type, string? constraint = null)
    {
        var target = Nullable.GetUnderlyingType(type) ?? type;
        return target switch
        {
            _ when constraint == "guid" || target == typeof(Guid) => new() { ["type"] = "string", ["format"] = "uuid" },
            _ when constraint is "int" or "long" || target == typeof(int) || target == typeof(long) => new() { ["type"] = "integer" },
            _ when target == typeof(bool) => new() { ["type"] = "boolean" },
            _ when target == typeof(decimal) || target == typeof(double) => new() { ["type"] = "number" },
            _ when target == typeof(DateTimeOffset) => new() { ["type"] = "string", ["format"] = "date-time" },
            _ when target == typeof(string[]) => new() { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } },
            _ => new() { ["type"] = "string" },
        };
    }
}
