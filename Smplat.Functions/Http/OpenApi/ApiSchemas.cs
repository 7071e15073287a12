using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Smplat.Core.Platform.Input;

namespace Smplat.Functions.Http.OpenApi;

/// <summary>
/// The JSON schemas of one document: of request readers, and of the records that answers are serialized from. Named
/// schemas are collected under <c>components.schemas</c> and referenced.
/// </summary>
internal sealed class ApiSchemas
{
    private const string Prefix = "#/components/schemas/";

    private readonly SortedDictionary<string, JsonNode?> _components = new(StringComparer.Ordinal);
    private readonly Dictionary<(Type Type, Naming Naming), string> _names = [];

    /// <summary>All referenced schemas by name.</summary>
    public JsonObject Components() => new(_components.Select(entry => KeyValuePair.Create(entry.Key, entry.Value?.DeepClone())));

    /// <summary>The schema of a serialized record.</summary>
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

    /// <summary>Adapts the exporter's schema of a type to the document.</summary>
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
            // Any JSON is allowed; OpenAPI tools expect an object rather than "true".
            return new JsonObject();
        }

        // The exporter references a type that it has already seen by a path in its own schema, without its nullability.
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

        // The exporter ends a recursive type with a reference; the outer occurrence describes it.
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

    /// <summary>Every member is required, except those that the serializer omits when null.</summary>
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

    /// <summary>The schema of a request that a reader accepts.</summary>
    public JsonNode Of(InputShape shape)
    {
        if (shape.Name is not { } name)
        {
            return Read(shape);
        }

        // A record that is also serialized has a different schema there: null and omitted are not the same.
        var schema = Read(shape);
        string[] choices = [name, name + "Request"];
        var free = Array.Find(choices, choice => !_components.TryGetValue(choice, out var known) || JsonNode.DeepEquals(known, schema))
            ?? throw new InvalidOperationException($"Two schemas have the name {name}.");
        _components[free] = schema;
        return Reference(free);
    }

    /// <summary>The schema of a query parameter, which cannot be null.</summary>
    public JsonNode OfParameter(InputMember member) => Of(member.Shape);

    private JsonObject Read(InputShape shape)
    {
        if (shape.Alternatives.Count > 0)
        {
            return new JsonObject { ["anyOf"] = new JsonArray([.. shape.Alternatives.Select(Of)]) };
        }

        var schema = new JsonObject();
        if (shape.Kind != InputKind.Any)
        {
            schema["type"] = TypeName(shape.Kind);
        }

        Set(schema, "description", shape.Description);
        Set(schema, "format", shape.Format ?? shape.Kind switch
        {
            InputKind.Guid => "uuid",
            InputKind.Instant => "date-time",
            InputKind.Integer when shape.Min == int.MinValue || shape.Max == int.MaxValue => "int32",
            _ => null,
        });
        Set(schema, "pattern", shape.Pattern);
        Set(schema, "minimum", shape.Min == int.MinValue ? null : shape.Min);
        Set(schema, "maximum", shape.Max == int.MaxValue ? null : shape.Max);
        var isList = shape.Kind == InputKind.List;
        Set(schema, isList ? "minItems" : "minLength", shape.MinLength is 0 ? null : shape.MinLength);
        Set(schema, isList ? "maxItems" : "maxLength", shape.MaxLength);
        if (shape.Values.Count > 0)
        {
            schema["enum"] = new JsonArray([.. shape.Values.Select(value => JsonValue.Create(value))]);
        }

        if (shape.Entry is { } entry)
        {
            schema["items"] = Of(entry);
        }

        if (shape.Members.Count > 0)
        {
            schema["properties"] = new JsonObject(shape.Members.Select(member => KeyValuePair.Create<string, JsonNode?>(member.Name, Member(member))));
        }

        if (shape.Kind == InputKind.Object && (shape.IsOpen || shape.Members.Count == 0))
        {
            schema["additionalProperties"] = true;
        }

        AddRequired(schema, shape);
        return schema;
    }

    private JsonNode Member(InputMember member)
    {
        var schema = Of(member.Shape).AsObject();
        if (member is { IsRequired: false, IsNullable: true })
        {
            schema = OrNull(schema);
        }

        string?[] sentences =
        [
            member.Description,
            member.Also.Count > 0 ? $"Also read as {string.Join(", ", member.Also.Select(name => $"`{name}`"))}." : null,
            member.IsLenient ? "What is unusable is ignored." : null,
            member.IsConditional ? "Read only with certain values of other members." : null,
        ];
        var text = string.Join(" ", sentences.OfType<string>().Select(sentence => sentence.EndsWith('.') ? sentence : sentence + "."));
        Set(schema, "description", text.Length > 0 ? text : null);
        if (member.IsLenient)
        {
            schema["x-ignored-when-unusable"] = true;
        }

        if (member.IsConditional)
        {
            schema["x-read-conditionally"] = true;
        }

        return schema;
    }

    private static void AddRequired(JsonObject schema, InputShape shape)
    {
        string[] required = [.. shape.Members.Where(member => member.IsRequired).Select(member => member.Name)];
        if (required.Length > 0)
        {
            schema["required"] = Names(required);
        }

        JsonArray all =
        [
            .. shape.AnyRequired.Select(AnyRequired),
            .. shape.Conditions.Select(Condition),
        ];
        if (all.Count > 0)
        {
            schema["allOf"] = all;
        }
    }

    private static JsonObject AnyRequired(IReadOnlyList<string> group) =>
        new() { ["anyOf"] = new JsonArray([.. group.Select(name => Require([name]))]) };

    /// <summary>Null does not count as present. Tools expect the properties beside the requirement.</summary>
    private static JsonObject Require(IReadOnlyList<string> names) => new()
    {
        ["properties"] = new JsonObject(names.Select(name => KeyValuePair.Create<string, JsonNode?>(
            name, new JsonObject { ["not"] = new JsonObject { ["type"] = "null" } }))),
        ["required"] = Names(names),
    };

    private static JsonObject Condition(InputCondition condition)
    {
        var schema = new JsonObject
        {
            ["if"] = new JsonObject
            {
                ["properties"] = new JsonObject(condition.Members.Select(member =>
                    KeyValuePair.Create<string, JsonNode?>(member.Key, new JsonObject { ["const"] = JsonNode.Parse(member.Value.GetRawText()) }))),
                ["required"] = Names([.. condition.Members.Keys]),
            },
        };
        if (condition.Then.Count > 0 || condition.ThenAny.Count > 0)
        {
            JsonObject[] all = [.. condition.Then.Count > 0 ? [Require(condition.Then)] : Array.Empty<JsonObject>(), .. condition.ThenAny.Select(AnyRequired)];
            schema["then"] = all.Length == 1 ? all[0] : new JsonObject { ["allOf"] = new JsonArray(all) };
        }

        if (condition.Otherwise.Count > 0)
        {
            schema["else"] = Require(condition.Otherwise);
        }

        return schema;
    }

    private static JsonArray Names(IReadOnlyList<string> names) => new([.. names.Select(name => JsonValue.Create(name))]);

    private static string TypeName(InputKind kind) => kind switch
    {
        InputKind.Text or InputKind.Guid or InputKind.Instant => "string",
        InputKind.Integer => "integer",
        InputKind.Number => "number",
        InputKind.Flag => "boolean",
        InputKind.Object => "object",
        InputKind.List => "array",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No JSON type."),
    };

    private static void Set(JsonObject schema, string name, string? value)
    {
        if (value is not null)
        {
            schema[name] = value;
        }
    }

    private static void Set(JsonObject schema, string name, decimal? value)
    {
        if (value is not null)
        {
            schema[name] = value == decimal.Truncate(value.Value) && Math.Abs(value.Value) < long.MaxValue ? (long)value.Value : value;
        }
    }
}
