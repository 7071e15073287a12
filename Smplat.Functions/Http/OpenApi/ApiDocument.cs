using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Smplat.Functions.Http.OpenApi;

/// <summary>
/// The OpenAPI 3.1 document, put together once from the catalogue. What operations read comes from their readers, what
/// they answer from the records that are written, and who may call them from what they declare: nothing is told twice.
/// </summary>
public sealed class ApiDocument(ApiCatalog catalog)
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What each tag holds.</summary>
    internal static readonly Dictionary<string, string> Tags = new()
    {
        ["Analytics"] = "Events of offers and presets, experiments, and reports over them",
        ["Billing"] = "Hosted payment sessions of workspaces",
        ["Catalog"] = "What people search for in the catalogue",
        ["Checkout"] = "Where an order's checkout is, and resuming it",
        ["Commerce"] = "Quotes of grocery providers: routing, confirming and cancelling orders, and learning from them",
        ["Fulfillment"] = "The task queue behind paid orders",
        ["Health"] = "Liveness and readiness",
        ["Notifications"] = "What people want to hear about",
        ["Observability"] = "Metrics",
        ["Onboarding"] = "Checklists of new clients",
        ["Operators"] = "Jobs, messages, keys, flags and the incident banner",
        ["Orders"] = "Orders and products",
        ["Payments"] = "Payment pages and the payment provider's events",
        ["Reference"] = "This document and its page",
        ["Storefront"] = "What the storefront may show",
        ["Trust"] = "Trust metrics, and the experiences that show them",
    };

    private readonly Lazy<byte[]> _json = new(() => JsonSerializer.SerializeToUtf8Bytes(new ApiDocumentWriter().Write(catalog), Plain));
    private ApiReferenceFile? _file;

    public ReadOnlyMemory<byte> Json => _json.Value;

    /// <summary>The document as it is served.</summary>
    internal ApiReferenceFile File => _file ??= ApiReferenceFile.Of("openapi.json", "application/json; charset=utf-8", _json.Value);
}

/// <summary>An error of the routes under /api.</summary>
/// <param name="Detail">What is wrong, in a sentence.</param>
/// <param name="TraceId">To be quoted in questions.</param>
/// <param name="Code">A word for programs, where there is one.</param>
internal sealed record Problem(
    string Detail, string TraceId, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Code);

/// <summary>A request of which members are wrong.</summary>
internal sealed record InvalidInput(IReadOnlyList<InvalidMember> Detail, string TraceId);

/// <param name="Loc">Where: body, query, path or header, then names, and indexes of lists.</param>
internal sealed record InvalidMember(string Type, IReadOnlyList<JsonElement> Loc, string Msg);
