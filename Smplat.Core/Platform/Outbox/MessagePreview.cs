using System.Reflection;
using System.Text.Json;

namespace Smplat.Core.Platform.Outbox;

/// <summary>Any message, rendered over sample values that lie beside the templates. It reads and writes no row.</summary>
public sealed class MessagePreview(MessageRenderer renderer)
{
    /// <summary>Stands where a signed link stands in a real message.</summary>
    public const string SampleLink = "https://example.test/unsubscribe";

    private static readonly JsonElement Samples = Load();

    private static readonly Person Reader = new(
        new Guid("00000000-0000-4000-8000-00000000c11e"), "ada@example.test", "Ada", "active", "Europe/Berlin", "en-GB");

    /// <returns>Null when there is no such kind.</returns>
    public RenderedMessage? Render(string kind)
    {
        if (MessageKinds.Find(kind) is not { } known)
        {
            return null;
        }

        var person = known.Class == MessageClass.Operator ? null : Reader;
        var payload = Samples.TryGetProperty(kind, out var sample) ? sample : default;
        return renderer.Render(known, payload, person, WithOrder(payload) ? Order() : null, person is null ? null : SampleLink);
    }

    private static bool WithOrder(JsonElement payload) =>
        payload.ValueKind == JsonValueKind.Object && payload.TryGetProperty("order_id", out _);

    private static OrderFacts Order()
    {
        var order = Samples.GetProperty("order");
        var item = order.GetProperty("item");
        return new(
            order.GetProperty("id").GetGuid(),
            order.GetProperty("number").GetString()!,
            "active",
            order.GetProperty("total").GetDecimal(),
            "EUR",
            null,
            null,
            order.GetProperty("receipt_url").GetString(),
            null,
            [
                new(
                    item.GetProperty("title").GetString()!,
                    1,
                    order.GetProperty("total").GetDecimal(),
                    item.GetProperty("selected_options"),
                    item.GetProperty("attributes"),
                    item.GetProperty("platform_context"),
                    item.GetProperty("baseline_metrics"),
                    item.GetProperty("delivery_snapshots"),
                    item.GetProperty("target_metrics")),
            ]);
    }

    private static JsonElement Load()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("notification-samples.json")!;
        return JsonSerializer.Deserialize<JsonElement>(stream);
    }
}
