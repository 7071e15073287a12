using System.Text.Json.Nodes;

namespace Smplat.Core.Fulfillment;

/// <summary>A provider's order endpoint: <c>automation.endpoints.order</c> of its metadata.</summary>
internal static class ProviderEndpoint
{
    private const int DefaultSeconds = 10;

    private static readonly string[] IdMembers = ["providerOrderId", "orderId", "order_id", "id"];

    internal static JsonObject? Find(JsonNode? metadata) =>
        metadata?["automation"] is JsonObject automation
        && automation["endpoints"] is JsonObject endpoints
        && endpoints["order"] is JsonObject order
        && order["url"] is not null
            ? order
            : null;

    /// <summary>The endpoint in the terms of a task's execution.</summary>
    internal static JsonObject ToExecution(JsonObject endpoint, JsonObject payload) => new()
    {
        ["method"] = endpoint["method"]?.DeepClone(),
        ["url"] = endpoint["url"]?.DeepClone(),
        ["headers"] = endpoint["headers"]?.DeepClone(),
        ["body"] = endpoint["payload"]?.DeepClone() ?? payload.DeepClone(),
        ["timeout_seconds"] = endpoint["timeoutSeconds"]?.DeepClone() ?? DefaultSeconds,
    };

    /// <summary>The provider's own number of the order: by the configured path, else by the usual names.</summary>
    internal static string? OrderId(JsonNode? response, JsonObject endpoint)
    {
        if (response is not JsonObject members)
        {
            return null;
        }

        if (endpoint["response"] is JsonObject settings && settings["providerOrderIdPath"] is { } path)
        {
            return TryRender(Template.ToText(path), members);
        }

        return IdMembers.Select(name => members[name]).OfType<JsonValue>().Select(value => Template.ToText(value)).FirstOrDefault();
    }

    private static string? TryRender(string path, JsonObject members)
    {
        try
        {
            return Template.RenderText(JsonValue.Create($"{{{{ {path} }}}}"), members) is { Length: > 0 } id ? id : null;
        }
        catch (TemplateException)
        {
            return null;
        }
    }
}
