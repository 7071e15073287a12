using System.Text.Json;
using System.Text.Json.Nodes;

namespace Smplat.Core.Platform.Outbox;

/// <summary>Gathers what a message says at the moment of sending, and renders it.</summary>
public sealed class MessageComposer(
    MessageRenderer renderer, OrderFactsStore orders, IEnumerable<IMessageContent> contents)
{
    private readonly Dictionary<string, IMessageContent> _contents = contents.ToDictionary(content => content.Kind);

    public async Task<RenderedMessage> ComposeAsync(
        MessageKind kind, OutboxDelivery delivery, Person? person, CancellationToken cancellationToken)
    {
        var payload = delivery.Payload;
        if (_contents.TryGetValue(kind.Name, out var content))
        {
            payload = Merge(payload, await content.CompleteAsync(delivery, cancellationToken));
        }

        var order = OrderId(payload) is { } orderId ? await orders.ReadAsync(orderId, cancellationToken) : null;
        return renderer.Render(kind, payload, person, order);
    }

    private static Guid? OrderId(JsonElement payload) =>
        payload.ValueKind == JsonValueKind.Object
            && payload.TryGetProperty("order_id", out var value)
            && value.ValueKind == JsonValueKind.String
            && value.TryGetGuid(out var id)
                ? id
                : null;

    private static JsonElement Merge(JsonElement payload, JsonObject more)
    {
        var merged = JsonObject.Create(payload) ?? [];
        foreach (var (name, value) in more)
        {
            merged[name] = value?.DeepClone();
        }

        return JsonSerializer.SerializeToElement(merged);
    }
}
