using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Tests.Http;

/// <summary>The OpenAPI document, against which tests check requests and answers.</summary>
internal sealed class ApiContract
{
    private const string Components = "#/components/schemas/";

    private static readonly EvaluationOptions Options = new() { OutputFormat = OutputFormat.List, RequireFormatValidation = true };
    private static readonly string[] Verbs = ["get", "put", "post", "delete", "patch"];

    private readonly JsonObject _document;
    private readonly string _definitions;
    private readonly ConcurrentDictionary<string, JsonSchema> _schemas = new();

    public ApiContract(string json)
    {
        Text = json;
        _document = JsonNode.Parse(json)!.AsObject();
        _definitions = Local(_document["components"]!["schemas"]!.ToJsonString());
    }

    public string Text { get; }

    public IEnumerable<Operation> Operations =>
        from path in _document["paths"]!.AsObject()
        from verb in path.Value!.AsObject()
        where Verbs.Contains(verb.Key)
        select new Operation(verb.Key.ToUpperInvariant(), path.Key, verb.Value!.AsObject());

    public static ApiContract Of(ApiCatalog catalog) => new(Encoding.UTF8.GetString(new ApiDocument(catalog).Json.Span));

    /// <summary>The schema that a reference names, or the schema itself.</summary>
    public JsonObject Follow(JsonNode schema)
    {
        var found = schema.AsObject();
        while (found["$ref"]?.GetValue<string>() is { } reference)
        {
            found = reference.TrimStart('#', '/').Split('/').Aggregate<string, JsonNode>(_document, (node, name) => node[name]!).AsObject();
        }

        return found;
    }

    /// <summary>All errors of a value, by their location.</summary>
    public IReadOnlyList<string> Errors(JsonNode schema, string json)
    {
        var built = _schemas.GetOrAdd(schema.ToJsonString(), text => JsonSchema.FromText(
            $$"""{"$schema":"https://json-schema.org/draft/2020-12/schema","$defs":{{_definitions}},"allOf":[{{Local(text)}}]}""",
            new BuildOptions { SchemaRegistry = new SchemaRegistry() }));
        using var value = JsonDocument.Parse(json);
        var result = built.Evaluate(value.RootElement, Options);
        return result.IsValid
            ? []
            : [.. (result.Details ?? []).Where(detail => detail.Errors is not null)
                .Select(detail => $"{detail.InstanceLocation}: {string.Join(" ", detail.Errors!.Values)} ({detail.EvaluationPath})")];
    }

    /// <summary>The differences between an answer and the document.</summary>
    public IReadOnlyList<string> AnswerErrors(Operation operation, int status, string? mediaType, string body)
    {
        var responses = operation.Json["responses"]!.AsObject();
        if ((responses[status.ToString(System.Globalization.CultureInfo.InvariantCulture)] ?? (status is 500 or 503 ? responses["default"] : null)) is not { } found)
        {
            return [$"{status} is not in the document"];
        }

        var content = Follow(found)["content"]?.AsObject();
        if (content is null || body.Length == 0)
        {
            return content is null == (body.Length == 0) ? [] : [$"{status}: a body where none is documented, or the other way round"];
        }

        return content[mediaType ?? ""] is not { } media ? [$"{status}: {mediaType} is not in the document"]
            : mediaType == "application/json" ? Errors(media["schema"]!, body)
            : [];
    }

    private static string Local(string schema) => schema.Replace(Components, "#/$defs/", StringComparison.Ordinal);

    /// <param name="Method">In upper case.</param>
    internal sealed record Operation(string Method, string Path, JsonObject Json)
    {
        public string Id => Json["operationId"]!.GetValue<string>();

        public JsonObject? Body => Json["requestBody"]?["content"]?["application/json"]?.AsObject();

        public IEnumerable<JsonObject> Parameters => Json["parameters"]?.AsArray().Select(parameter => parameter!.AsObject()) ?? [];

        public override string ToString() => $"{Method} {Path}";
    }
}
