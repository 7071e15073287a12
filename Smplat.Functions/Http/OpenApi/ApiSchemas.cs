using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Smplat.Functions.Http.OpenApi;

/// <summary>
/// JSON schemas of one document: of what readers take, and of the records that answers are written from. Named ones are
/// gathered under <c>components.schemas</c> and referred to.
/// </summary>
internal sealed partial class ApiSchemas
{
    private const string Prefix = "#/components/schemas/";

    private readonly SortedDictionary<string, JsonNode?> _components = new(StringComparer.Ordinal);
    private readonly Dictionary<(Type Type, Naming Naming), string> _names = [];

    /// <summary>All schemas that were referred to, by name.</summary>
    public JsonObject Components() => new(_components.Select(entry => KeyValuePair.Create(entry.Key, entry.Value?.DeepClone())));

    /// <summary>The schema of a record as it is written.</summary>
    public JsonNode Of(Type type, Naming naming)
    {
        var options = naming.Serializer();
        return options.GetJsonSchemaAsNode(type, new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = (context, schema) => Written(context, schema, naming, options),
        });
    }

    private static JsonObject Reference(string name) => new() { ["$ref"] = Prefix + name };

    /// <summary>What the exporter makes of a type, made fit for a document.</summary>
    private JsonNode Written(JsonSchemaExporterContext context, JsonNode schema, Naming naming, JsonSerializerOptions options)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        if (type == typeof(DateTimeOffset))
        {
            var instant = new JsonObject { ["type"] = "string", ["format"] = "date-time" };
            return type == context.TypeInfo.Type ? instant : OrNull(instant);
        }

        if (schema is not JsonObject described)
        {
            // Any JSON is allowed there; readers of OpenAPI expect an object rather than "true".
            return new JsonObject();
        }

        // The exporter refers to a type that it has seen by a path in its own schema, which says nothing about null.
        var isReference = described.ContainsKey("$ref");
        var isNullable = isReference ? context.PropertyInfo?.IsGetNullable == true : AllowsNull(described);
        if (isReference && context.TypeInfo.Kind != JsonTypeInfoKind.Object)
        {
            var again = Of(context.TypeInfo.Type, naming).AsObject();
            return isNullable ? OrNull(again) : again;
        }

        if (type.IsEnum)
        {
            described["type"] = isNullable ? new JsonArray("string", "null") : "string";
            return described;
        }

        if (context.TypeInfo.Kind != JsonTypeInfoKind.Object)
        {
            return described;
        }

        var key = (type, naming);
        if (!_names.TryGetValue(key, out var name))
        {
            _names[key] = name = FreeName(type, naming);
            _components[name] = null;
        }

        // A reference is how the exporter ends a type that holds itself; the type is described further out.
        if (!isReference)
        {
            described["type"] = "object";
            _components[name] = WithRequired(described, context.TypeInfo, options);
        }

        return isNullable ? OrNull(Reference(name)) : Reference(name);
    }

    private string FreeName(Type type, Naming naming)
    {
        var own = type.DeclaringType is { } outer ? outer.Name + type.Name : type.Name;
        string[] choices =
        [
            own,
            type.Namespace!.Split('.') is [_, _, var feature, ..] ? feature + own : own,
            own + naming,
        ];
        return choices.First(name => !_components.ContainsKey(name));
    }

    /// <summary>Every member is written, but for nulls that the serialiser leaves out.</summary>
    private static JsonObject WithRequired(JsonObject schema, JsonTypeInfo type, JsonSerializerOptions options)
    {
        if (schema["properties"] is not JsonObject properties)
        {
            return schema;
        }

        var required = new JsonArray();
        foreach (var property in type.Properties)
        {
            if (properties[property.Name] is not JsonObject member)
            {
                continue;
            }

            if (LeavesOutNull(property, options) && AllowsNull(member))
            {
                properties[property.Name] = WithoutNull(member);
            }
            else
            {
                required.Add(property.Name);
            }
        }

        schema.Remove("required");
        if (required.Count > 0)
        {
            schema["required"] = required;
        }

        return schema;
    }

    private static bool LeavesOutNull(JsonPropertyInfo property, JsonSerializerOptions options) =>
        (property.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), true) is [JsonIgnoreAttribute ignored, ..]
            ? ignored.Condition
            : options.DefaultIgnoreCondition) == JsonIgnoreCondition.WhenWritingNull;

    private static bool AllowsNull(JsonObject schema) =>
        (schema["type"] is JsonArray types && types.Any(IsNullWord))
        || (schema["enum"] is JsonArray words && words.Contains(null))
        || (schema["anyOf"] is JsonArray any && any.Any(choice => choice is JsonObject one && IsNullWord(one["type"])));

    private static bool IsNullWord(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var word) && word == "null";

    private static JsonObject OrNull(JsonObject schema)
    {
        if (schema["type"] is JsonValue type)
        {
            schema["type"] = new JsonArray(type.DeepClone(), "null");
            if (schema["enum"] is JsonArray words)
            {
                words.Add(null);
            }

            return schema;
        }

        if (schema["anyOf"] is JsonArray any)
        {
            any.Add(new JsonObject { ["type"] = "null" });
            return schema;
        }

        return schema.Count == 0 ? schema : new() { ["anyOf"] = new JsonArray(schema, new JsonObject { ["type"] = "null" }) };
    }

    private static JsonNode WithoutNull(JsonObject schema)
    {
        if (schema["anyOf"] is JsonArray { Count: 2 } any)
        {
            return any[0]!.DeepClone();
        }

        if (schema["type"] is JsonArray types)
        {
            var rest = types.Where(type => !IsNullWord(type)).Select(type => type!.DeepClone()).ToArray();
            schema["type"] = rest.Length == 1 ? rest[0] : new JsonArray(rest);
        }

        if (schema["enum"] is JsonArray words)
        {
            schema["enum"] = new JsonArray([.. words.Where(word => word is not null).Select(word => word!.DeepClone())]);
        }

        return schema.DeepClone();
    }
}
