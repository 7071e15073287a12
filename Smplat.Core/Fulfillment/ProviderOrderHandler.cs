using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Guardrails;
using Smplat.Core.Orders;
using Smplat.Core.Platform.Outbox;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Fulfillment;

/// <summary>
/// Places a recorded order at its provider. A failure is stored with the record and does not stop the customer's order; a
/// temporary one is retried. Orders at a provider that operators have paused wait until it is resumed, and lose no attempt.
/// </summary>
internal sealed class ProviderOrderHandler(
    ProviderStore store,
    ProviderOrderCall provider,
    FollowUpQueries guardrails,
    IOptionsMonitor<ExecutionOptions> options,
    TimeProvider clock) : IOutboxHandler
{
    public const string MessageKind = "provider_order";

    private static readonly TimeSpan PauseCheck = TimeSpan.FromMinutes(1);

    public string Kind => MessageKind;

    public TimeSpan Deadline => TimeSpan.FromSeconds(options.CurrentValue.HttpMaxSeconds + 10);

    public async Task HandleAsync(OutboxDelivery delivery, CancellationToken cancellationToken)
    {
        var id = delivery.Payload.GetProperty("provider_order_id").GetGuid();
        if (await store.FindAsync(id, cancellationToken) is not { } order
            || JsonNode.Parse(order.Payload) is not JsonObject payload
            || payload["providerOrderId"] is not null
            || await FindEndpointAsync(order, cancellationToken) is not { } endpoint)
        {
            return;
        }

        var statuses = await guardrails.FindStatusesAsync([order.ProviderId], cancellationToken);
        if (statuses.GetValueOrDefault(order.ProviderId) is { IsPaused: true })
        {
            throw new DeliveryPausedException($"Provider {order.ProviderId} is paused by a guardrail follow-up.", PauseCheck);
        }

        var (members, isTemporary) = await provider.PlaceAsync(order, payload, endpoint, cancellationToken);
        await store.MergeAsync(id, members.ToJsonString(), clock.GetUtcNow(), cancellationToken);
        if (isTemporary)
        {
            throw new HttpRequestException($"Provider {order.ProviderId} did not accept order {id}.");
        }
    }

    private async Task<JsonObject?> FindEndpointAsync(ProviderOrder order, CancellationToken cancellationToken) =>
        (await store.FindServicesAsync([order.ServiceId], cancellationToken)).GetValueOrDefault(order.ServiceId) is { } service
            ? ProviderEndpoint.Find(JsonNode.Parse(service.ProviderMetadata))
            : null;
}

/// <summary>
/// The call of a provider's order endpoint. It carries the record's id as idempotency key, so that repeating it has no second
/// effect.
/// </summary>
internal sealed class ProviderOrderCall(
    OrderQueries orders,
    GuardedHttp http,
    HostBulkheads hosts,
    IOptionsMonitor<ExecutionOptions> options,
    ILogger<ProviderOrderCall> logger)
{
    /// <returns>What to store with the record, and whether another attempt may succeed.</returns>
    public async Task<(JsonObject Members, bool IsTemporary)> PlaceAsync(
        ProviderOrder order, JsonObject payload, JsonObject endpoint, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        try
        {
            var ordered = (await orders.FindItemsAsync([order.OrderItemId], cancellationToken)).GetValueOrDefault(order.OrderItemId);
            var context = ordered is null ? [] : Snapshots.From(ordered);
            context["payload"] = payload.DeepClone();
            var call = HttpCall.Read(ProviderEndpoint.ToExecution(endpoint, payload), context, settings.HttpMaxSeconds);
            var result = await hosts.CallAsync(
                call.Url,
                async token =>
                {
                    using var request = call.ToRequest(order.Id, Activity.Current?.Id);
                    return await http.CallAsync(request, call.Timeout, [], token);
                },
                cancellationToken);
            return (int)result.Status is >= 200 and <= 299
                ? (Placed(result, endpoint), false)
                : (Failed(order, $"answered with {(int)result.Status}: {result.Preview}", call.Url), !StatusPolicy.IsPermanent(result.Status));
        }
        catch (TemplateException exception)
        {
            return (Failed(order, exception.Message, null), false);
        }
        catch (HttpRequestException exception) when (exception.InnerException is PrivateAddressException refusal)
        {
            return (Failed(order, refusal.Message, null), false);
        }
        catch (HostPausedException paused)
        {
            throw new DeliveryPausedException(paused.Message, paused.Wait);
        }
        catch (Exception exception) when (CallFailure.IsTemporary(exception, cancellationToken))
        {
            return (Failed(order, CallFailure.Describe(exception, []), null), true);
        }
    }

    private static JsonObject Placed(CallResult result, JsonObject endpoint)
    {
        var members = new JsonObject { ["providerResponse"] = result.Response?.DeepClone() };
        if (ProviderEndpoint.ReadOrderId(result.Response, endpoint) is { } id)
        {
            members["providerOrderId"] = id;
        }

        return members;
    }

    private JsonObject Failed(ProviderOrder order, string problem, Uri? url)
    {
        FulfillmentLog.ProviderOrderFailed(logger, order.Id, order.ProviderId, problem);
        return new()
        {
            // Without the query, which may contain a key.
            ["providerResponse"] = new JsonObject { ["error"] = problem, ["url"] = url?.GetLeftPart(UriPartial.Path) },
        };
    }
}

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

    /// <summary>The endpoint as the execution of a task.</summary>
    internal static JsonObject ToExecution(JsonObject endpoint, JsonObject payload) => new()
    {
        ["method"] = endpoint["method"]?.DeepClone(),
        ["url"] = endpoint["url"]?.DeepClone(),
        ["headers"] = endpoint["headers"]?.DeepClone(),
        ["body"] = endpoint["payload"]?.DeepClone() ?? payload.DeepClone(),
        ["timeout_seconds"] = endpoint["timeoutSeconds"]?.DeepClone() ?? DefaultSeconds,
    };

    /// <summary>The provider's own order id: from the configured path, else from the usual members.</summary>
    internal static string? ReadOrderId(JsonNode? response, JsonObject endpoint)
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
