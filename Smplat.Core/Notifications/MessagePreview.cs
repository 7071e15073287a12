using System.Reflection;
using System.Text.Json;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Notifications;

/// <summary>Renders any message with the sample values of <c>notification-samples.json</c>. It touches no table.</summary>
public sealed class MessagePreview(MessageRenderer renderer)
{
    /// <summary>Replaces the signed unsubscribe link of a real message.</summary>
    public const string SampleLink = "https://example.test/unsubscribe";

    private static readonly JsonElement Samples = Load();

    private static readonly Person SamplePerson = new(
        new Guid("00000000-0000-4000-8000-00000000c11e"), "ada@example.test", "Ada", "active", "Europe/Berlin", "en-GB");

    /// <returns>Null when there is no such kind.</returns>
    public RenderedMessage? Render(string kind)
    {
        if (MessageKinds.Find(kind) is not { } known)
        {
            return null;
        }

        var person = known.Class == MessageClass.Operator ? null : SamplePerson;
        var payload = Samples.TryGetProperty(kind, out var sample) ? sample : default;
        return renderer.Render(
            known, payload, person, OrderMessageContext.Values(HasOrder(payload) ? Order() : null), person is null ? null : SampleLink);
    }

    private static bool HasOrder(JsonElement payload) =>
        payload.ValueKind == JsonValueKind.Object && payload.TryGetProperty("order_id", out _);

    private static OrderFacts Order()
    {
        var order = Samples.GetProperty("order");
        var item = order.GetProperty("item");
        return new()
        {
            Id = order.GetProperty("id").GetGuid(),
            Number = order.GetProperty("number").GetString()!,
            Status = "active",
            Total = order.GetProperty("total").GetDecimal(),
            Currency = "EUR",
            ReceiptUrl = order.GetProperty("receipt_url").GetString(),
            Items =
            [
                new()
                {
                    Title = item.GetProperty("title").GetString()!,
                    Quantity = 1,
                    TotalPrice = order.GetProperty("total").GetDecimal(),
                    SelectedOptions = item.GetProperty("selected_options"),
                    Attributes = item.GetProperty("attributes"),
                    PlatformContext = item.GetProperty("platform_context"),
                    BaselineMetrics = item.GetProperty("baseline_metrics"),
                    DeliverySnapshots = item.GetProperty("delivery_snapshots"),
                    TargetMetrics = item.GetProperty("target_metrics"),
                },
            ],
        };
    }

    private static JsonElement Load()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("notification-samples.json")!;
        return JsonSerializer.Deserialize<JsonElement>(stream);
    }
}
