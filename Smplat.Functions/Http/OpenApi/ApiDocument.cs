using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Smplat.Core.Observability;

namespace Smplat.Functions.Http.OpenApi;

/// <summary>The OpenAPI 3.1 document, put together once from the catalogue.</summary>
public sealed class ApiDocument(ApiCatalog catalog)
{
    private readonly Lazy<byte[]> _json = new(() => JsonSerializer.SerializeToUtf8Bytes(Build(catalog)));

    public ReadOnlyMemory<byte> Json => _json.Value;

    private static JsonObject Build(ApiCatalog catalog)
    {
        var paths = new JsonObject();
        foreach (var path in catalog.Operations.GroupBy(operation => operation.Path).OrderBy(path => path.Key, StringComparer.Ordinal))
        {
            var item = new JsonObject();
            foreach (var operation in path)
            {
                item[operation.Method.ToLowerInvariant()] = Describe(operation);
            }

            paths[path.Key] = item;
        }

        return new()
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject { ["title"] = "Smplat", ["version"] = SmplatTelemetry.Version },
            ["paths"] = paths,
            ["components"] = new JsonObject { ["securitySchemes"] = SecuritySchemes() },
        };
    }

    private static JsonObject Describe(ApiOperation operation)
    {
        var described = new JsonObject
        {
            ["operationId"] = operation.Name,
            ["summary"] = operation.Operation.Summary,
            ["tags"] = new JsonArray(operation.Operation.Tag),
            ["responses"] = Responses(operation),
        };
        if (operation.Operation.Description is { } description)
        {
            described["description"] = description;
        }

        if (Parameters(operation) is { Count: > 0 } parameters)
        {
            described["parameters"] = parameters;
        }

        if (operation.Body is { } body)
        {
            described["requestBody"] = RequestBody(body);
        }

        if (operation.Scope is not null)
        {
            described["security"] = new JsonArray(
                new JsonObject { ["apiKey"] = new JsonArray() }, new JsonObject { ["bearer"] = new JsonArray() });
        }

        return described;
    }

    private static JsonArray Parameters(ApiOperation operation)
    {
        var parameters = new JsonArray();
        foreach (var parameter in operation.PathParameters)
        {
            parameters.Add(new JsonObject
            {
                ["name"] = parameter.Name,
                ["in"] = "path",
                ["required"] = true,
                ["schema"] = JsonSchemas.OfParameter(typeof(string), parameter.Constraint),
            });
        }

        foreach (var parameter in operation.Query)
        {
            parameters.Add(new JsonObject
            {
                ["name"] = parameter.Name,
                ["in"] = "query",
                ["required"] = parameter.Required,
                ["description"] = parameter.Description,
                ["schema"] = JsonSchemas.OfParameter(parameter.Type),
            });
        }

        return parameters;
    }

    private static JsonObject RequestBody(JsonBodyAttribute body)
    {
        var media = new JsonObject { ["schema"] = JsonSchemas.Of(body.Type, body.Naming) };
        if (body.Example is { } example)
        {
            media["example"] = JsonNode.Parse(example);
        }

        return new() { ["required"] = true, ["content"] = new JsonObject { ["application/json"] = media } };
    }

    private static JsonObject Responses(ApiOperation operation)
    {
        var responses = new JsonObject();
        foreach (var answer in operation.Answers)
        {
            var response = new JsonObject { ["description"] = answer.Description ?? "Success" };
            if (answer.Type is { } type)
            {
                response["content"] = new JsonObject
                {
                    ["application/json"] = new JsonObject { ["schema"] = JsonSchemas.Of(type, answer.Naming) },
                };
            }
            else if (answer.ContentType is { } contentType)
            {
                response["content"] = new JsonObject { [contentType] = new JsonObject() };
            }

            responses[answer.Status.ToString(CultureInfo.InvariantCulture)] = response;
        }

        responses["default"] = new JsonObject { ["description"] = "An error: 4xx with what is wrong, 503 during an outage, 500 for a defect" };
        return responses;
    }

    private static JsonObject SecuritySchemes() => new()
    {
        ["apiKey"] = new JsonObject { ["type"] = "apiKey", ["in"] = "header", ["name"] = "X-API-Key" },
        ["bearer"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" },
    };
}
