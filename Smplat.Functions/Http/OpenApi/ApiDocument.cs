using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Smplat.Core.Commerce.Routing;
using Smplat.Core.Platform.Observability;

namespace Smplat.Functions.Http.OpenApi;

/// <summary>
/// The OpenAPI 3.1 document, built once from <see cref="ApiCatalog"/>. Request schemas come from the readers, response
/// schemas from the records that are serialized, and security from the attributes, so nothing is stated twice.
/// </summary>
public sealed class ApiDocument(ApiCatalog catalog)
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The description of each tag.</summary>
    internal static readonly Dictionary<string, string> Tags = new()
    {
        ["Access"] = "Lockouts of sign-ins, and the record of refused requests and operators' changes",
        ["Analytics"] = "Events of offers and presets, experiments, and reports over them",
        ["Billing"] = "Hosted payment sessions of workspaces",
        ["Catalog"] = "Searches of shoppers, and those that find nothing",
        ["Checkout"] = "The stage of an order's checkout, and resuming it",
        ["Commerce"] = "Quotes of grocery providers: routing, confirming and cancelling orders, and learning from them",
        ["Fulfillment"] = "The tasks of paid orders",
        ["Guardrails"] = "Follow-ups on fulfillment providers: who paused, resumed or escalated which one",
        ["Health"] = "Liveness and readiness",
        ["Merchandising"] = "Products, their media and history, and bundles",
        ["Notifications"] = "Which messages a person wants",
        ["Observability"] = "Metrics",
        ["Onboarding"] = "Checklists of new clients",
        ["Operators"] = "Jobs, messages, keys, flags and the incident banner",
        ["Orders"] = "Orders",
        ["Payments"] = "Payment pages and the payment provider's events",
        ["Reference"] = "This document and its page",
        ["Storefront"] = "What the storefront may show",
        ["Trust"] = "Trust metrics, and the experiences that show them",
    };

    private readonly Lazy<byte[]> _json = new(() => JsonSerializer.SerializeToUtf8Bytes(new ApiDocumentWriter().Write(catalog), Plain));
    private StaticFile? _file;

    public ReadOnlyMemory<byte> Json => _json.Value;

    /// <summary>The document as it is served.</summary>
    internal StaticFile File => _file ??= StaticFile.Compress(ApiReference.Folder, "openapi.json", "application/json; charset=utf-8", _json.Value);
}

/// <summary>Writes the document in one pass over the catalog.</summary>
internal sealed class ApiDocumentWriter
{
    private const string NeedsMember = $"Needs a member token in `{AccessMiddleware.TokenHeader}`, and serves the member whom it names.";
    private const string OpenToMembers = $"Can be called with a member token in `{AccessMiddleware.TokenHeader}`.";
    private const string OwnOnly = $"With a member token in `{AccessMiddleware.TokenHeader}` it serves only what belongs to the member whom the token names.";

    private readonly ApiSchemas _schemas = new();
    private readonly SortedDictionary<string, JsonNode?> _responses = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, JsonNode?> _signatures = new(StringComparer.Ordinal);

    public JsonObject Write(ApiCatalog catalog)
    {
        var operations = catalog.Operations.Where(operation => !operation.IsPage).ToArray();
        var paths = new JsonObject();
        foreach (var path in operations.GroupBy(operation => operation.Path).OrderBy(path => path.Key, StringComparer.Ordinal))
        {
            paths[path.Key] = new JsonObject(path.Select(operation =>
                KeyValuePair.Create<string, JsonNode?>(operation.Method.ToLowerInvariant(), Describe(operation))));
        }

        return new()
        {
            ["openapi"] = "3.1.0",
            ["info"] = Info(),
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/", ["description"] = "The app that serves this document" }),
            ["tags"] = new JsonArray(
            [
                .. operations.Select(operation => operation.Operation.Tag).Distinct().Order(StringComparer.Ordinal)
                    .Select(tag => new JsonObject { ["name"] = tag, ["description"] = ApiDocument.Tags[tag] }),
            ]),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = _schemas.Components(),
                ["responses"] = new JsonObject(_responses),
                ["securitySchemes"] = SecuritySchemes(),
            },
        };
    }

    private static JsonObject Info() => new()
    {
        ["title"] = "Smplat",
        ["version"] = SmplatTelemetry.Version,
        ["summary"] = "The commerce back end of Smplat",
        ["description"] =
            $"""
            Members that a request may leave out may also be null. Numbers and booleans are read from texts too, and unknown
            members are ignored. A moment without an offset is in UTC. Unless an operation says less, bodies have at most
            {RequestBody.MaxBytes} bytes. They may be sent with gzip, deflate or br.

            Errors under `/api` are a `detail` with a `trace_id`; those under `/functions/v1` an envelope with a code.
            """,
        ["license"] = new JsonObject { ["name"] = "Proprietary", ["identifier"] = "LicenseRef-Proprietary" },
    };

    private JsonObject Describe(ApiOperation operation)
    {
        var described = new JsonObject
        {
            ["operationId"] = operation.Name,
            ["summary"] = operation.Operation.Summary,
            ["tags"] = new JsonArray(operation.Operation.Tag),
            ["security"] = Security(operation),
            ["responses"] = Responses(operation),
        };
        if (Description(operation) is { Length: > 0 } description)
        {
            described["description"] = description;
        }

        if (Parameters(operation) is { Count: > 0 } parameters)
        {
            described["parameters"] = parameters;
        }

        if (operation.Body is { } body)
        {
            described["requestBody"] = new JsonObject
            {
                ["required"] = true,
                ["content"] = new JsonObject
                {
                    ["application/json"] = new JsonObject
                    {
                        ["schema"] = _schemas.Of(body.Shape),
                        ["example"] = JsonNode.Parse(body.Example),
                    },
                },
            };
        }

        return described;
    }

    private static string Description(ApiOperation operation)
    {
        string?[] sentences =
        [
            operation.Operation.Description,
            operation.Scope is { } scope ? $"Needs a key with the scope {scope.ToString().ToLowerInvariant()}." : null,
            operation.Member is { } member ? member.IsTokenRequired ? NeedsMember : member.Parameter is null ? OpenToMembers : OwnOnly : null,
            operation.Open is { } open ? $"Open: {open.Reason}" : null,
            operation.Body is not null && operation.BodyLimit < RequestBody.MaxBytes ? $"The body has at most {operation.BodyLimit} bytes." : null,
            operation.Rate is { } rate ? $"Callers without a key are limited in the category {rate.ToString().ToLowerInvariant()}." : null,
        ];
        return string.Join("\n\n", sentences.OfType<string>());
    }

    /// <summary>No security, a signature, or a key in either form with the scope it needs.</summary>
    private JsonArray Security(ApiOperation operation)
    {
        if (operation.Scope is { } scope)
        {
            return Keyed(scope.ToString().ToLowerInvariant(), operation.Member);
        }

        if (operation.Open?.Signature is { } header)
        {
            _signatures[header] = new JsonObject
            {
                ["type"] = "apiKey",
                ["in"] = "header",
                ["name"] = header,
                ["description"] = operation.Open.Reason,
            };
            return [new JsonObject { [header] = new JsonArray() }];
        }

        return operation.Open?.RefuseWrongKey == true ? [new JsonObject(), .. Keyed(null, null).Select(scheme => scheme!.DeepClone())] : [];
    }

    private static JsonArray Keyed(string? scope, ForMemberAttribute? member)
    {
        JsonArray Scopes() => scope is null ? [] : [scope];
        JsonObject With(string scheme, bool hasToken) =>
            hasToken ? new() { [scheme] = Scopes(), ["memberToken"] = new JsonArray() } : new() { [scheme] = Scopes() };
        bool[] tokens = member switch { null => [false], { IsTokenRequired: true } => [true], _ => [false, true] };
        return [.. tokens.SelectMany(hasToken => new[] { With("apiKey", hasToken), With("bearer", hasToken) })];
    }

    private JsonArray Parameters(ApiOperation operation) =>
    [
        .. operation.PathParameters.Select(parameter => Parameter(
            parameter.Name, "path", true, null, parameter.IsUuid ? Uuid() : new JsonObject { ["type"] = "string" })),
        .. operation.Query.Where(parameter => parameter.Description is not null).Select(parameter => Parameter(
            parameter.Name, "query", parameter.Member.IsRequired, parameter.Description, _schemas.OfParameter(parameter.Member))),
        .. operation.Headers.Select(header => Parameter(
            header.Name,
            "header",
            false,
            header.Description,
            new JsonObject { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = header.MaxLength })),
    ];

    private static JsonObject Uuid() => new() { ["type"] = "string", ["format"] = "uuid" };

    private static JsonObject Parameter(string name, string place, bool isRequired, string? description, JsonNode schema)
    {
        var parameter = new JsonObject { ["name"] = name, ["in"] = place, ["required"] = isRequired, ["schema"] = schema };
        if (description is not null)
        {
            parameter["description"] = description;
        }

        return parameter;
    }

    private JsonObject Responses(ApiOperation operation)
    {
        var responses = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var answers in operation.Answers.GroupBy(answer => answer.Status))
        {
            responses[answers.Key.ToString(CultureInfo.InvariantCulture)] = Response(operation, answers.Key, [.. answers]);
        }

        foreach (var (status, name, description) in Common(operation))
        {
            responses.TryAdd(status.ToString(CultureInfo.InvariantCulture), Shared(operation, status, name, description));
        }

        responses["default"] = Shared(
            operation, 0, "Error", "Another error: 503 while the database does not respond or when the host cuts the request off, 500 for a defect");
        return new(responses);
    }

    private JsonObject Response(ApiOperation operation, int status, AnswersAttribute[] answers)
    {
        var schemas = answers.Where(answer => answer.Type is not null).Select(answer => _schemas.Of(answer.Type!, answer.Naming)).ToArray();
        var texts = answers.Select(answer => answer.Description).OfType<string>().ToArray();
        var response = new JsonObject { ["description"] = texts.Length > 0 ? string.Join("; or: ", texts) : status < 400 ? "Success" : "Refused" };
        if (schemas.Length > 0)
        {
            response["content"] = Json(schemas.Length == 1 ? schemas[0] : new JsonObject { ["anyOf"] = new JsonArray(schemas) });
        }
        else if (answers.Select(answer => answer.ContentType).FirstOrDefault(given => given is not null) is { } contentType)
        {
            response["content"] = new JsonObject
            {
                [contentType] = new JsonObject { ["schema"] = new JsonObject { ["type"] = contentType == "application/json" ? "object" : "string" } },
            };
        }
        else if (status >= 400)
        {
            response["content"] = Json(ErrorSchema(operation, status));
        }

        return response;
    }

    /// <summary>Answers that every operation of a kind may give, declared or not.</summary>
    private static IEnumerable<(int Status, string Name, string Description)> Common(ApiOperation operation)
    {
        if (operation.Scope is not null || operation.Open?.RefuseWrongKey == true)
        {
            yield return (401, "Unauthorized", "The key is missing or wrong");
        }

        if (operation.Scope is not null)
        {
            yield return (403, "Forbidden", "The key does not open this route");
        }

        var takesBody = operation.Body is not null || operation.Open?.Signature is not null;
        if (takesBody)
        {
            yield return (413, "TooLarge", "The body is too large");
            yield return (415, "UnsupportedEncoding", "The encoding of the body is not supported");
        }

        if (takesBody || operation.Query.Count > 0 || operation.Headers.Count > 0 || operation.PathParameters.Any(parameter => parameter.IsUuid))
        {
            yield return operation.IsCommerce
                ? (400, "Invalid", "What is wrong with the request")
                : (422, "Invalid", "Everything that is wrong with the request");
        }

        if (operation.Rate is not null)
        {
            yield return (429, "TooMany", "Too many requests");
        }
    }

    private JsonObject Shared(ApiOperation operation, int status, string name, string description)
    {
        name = operation.IsCommerce ? "Commerce" + name : name;
        if (!_responses.ContainsKey(name))
        {
            var response = new JsonObject { ["description"] = description, ["content"] = Json(ErrorSchema(operation, status)) };
            if (status == 429)
            {
                response["headers"] = new JsonObject
                {
                    ["Retry-After"] = new JsonObject
                    {
                        ["description"] = "Seconds after which the call can be repeated",
                        ["schema"] = new JsonObject { ["type"] = "integer", ["minimum"] = 1 },
                    },
                };
            }

            _responses[name] = response;
        }

        return new() { ["$ref"] = $"#/components/responses/{name}" };
    }

    private JsonNode ErrorSchema(ApiOperation operation, int status) =>
        operation.IsCommerce ? _schemas.Of(typeof(FailureAnswer), Naming.Commerce)
        : status == 422 ? _schemas.Of(typeof(InvalidInput), Naming.Snake)
        : _schemas.Of(typeof(Problem), Naming.Snake);

    private static JsonObject Json(JsonNode schema) => new() { ["application/json"] = new JsonObject { ["schema"] = schema } };

    private JsonObject SecuritySchemes()
    {
        var schemes = new JsonObject
        {
            ["apiKey"] = new JsonObject
            {
                ["type"] = "apiKey",
                ["in"] = "header",
                ["name"] = "X-API-Key",
                ["description"] =
                    "Scopes: storefront (CHECKOUT_API_KEY), metrics (METRICS_API_KEY or the checkout key), operator "
                    + "(OPERATOR_API_KEY, or the checkout key while there is none) and admin (ADMIN_API_KEY only).",
            },
            ["bearer"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "The same keys." },
            ["memberToken"] = new JsonObject
            {
                ["type"] = "apiKey",
                ["in"] = "header",
                ["name"] = AccessMiddleware.TokenHeader,
                ["description"] = "A signed token (JWT) that names the member for whom the storefront acts. It can be sent with every key, and never opens more than the key.",
            },
        };
        foreach (var (header, scheme) in _signatures)
        {
            schemes[header] = scheme!.DeepClone();
        }

        return schemes;
    }
}

/// <summary>An error of the routes under /api.</summary>
/// <param name="Detail">What is wrong, in a sentence.</param>
/// <param name="TraceId">For questions to support.</param>
/// <param name="Code">An error code for programs, if there is one.</param>
internal sealed record Problem(
    string Detail, string TraceId, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Code);

/// <summary>A request with invalid members.</summary>
internal sealed record InvalidInput(IReadOnlyList<InvalidMember> Detail, string TraceId);

/// <param name="Loc">Where: body, query, path or header, then names, and indexes of lists.</param>
internal sealed record InvalidMember(string Type, IReadOnlyList<JsonElement> Loc, string Msg);
