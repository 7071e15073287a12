using System.Text.Json.Nodes;
using Smplat.Core.Platform.Input;

namespace Smplat.Functions.Http.OpenApi;

internal sealed partial class ApiSchemas
{
    /// <summary>The schema of what a reader takes.</summary>
    public JsonNode Of(InputShape shape)
    {
        if (shape.Name is not { } name)
        {
            return Read(shape);
        }

        // A record that is also written out has another schema there: null and left out differ.
        var schema = Read(shape);
        string[] choices = [name, name + "Request"];
        var free = Array.Find(choices, choice => !_components.TryGetValue(choice, out var known) || JsonNode.DeepEquals(known, schema))
            ?? throw new InvalidOperationException($"Two schemas have the name {name}.");
        _components[free] = schema;
        return Reference(free);
    }

    /// <summary>The schema of a query parameter, in which null cannot be sent.</summary>
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

    /// <summary>Null does not count. Tools look for the properties beside the requirement.</summary>
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
