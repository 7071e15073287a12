using System.Text.Json;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Commerce.Routing;

internal static class DeliveryWindowReader
{
    /// <summary>What <see cref="Read"/> takes.</summary>
    public static InputShape Shape { get; } = InputShape.ObjectOf(
        "RouteOrderDeliveryWindow",
        new("earliest", new(InputKind.Instant)),
        new("latest", new(InputKind.Instant)) { Description = "Not before earliest" });

    public static (DeliveryWindow? Window, CommerceRefusal? Refusal) Read(JsonElement? given)
    {
        if (given is null)
        {
            return (null, null);
        }

        var (earliest, isEarliestRead) = Instant(given.Value.Field("earliest"));
        var (latest, isLatestRead) = Instant(given.Value.Field("latest"));
        return given.Value.ValueKind == JsonValueKind.Object && isEarliestRead && isLatestRead && !(earliest > latest)
            ? (new DeliveryWindow(earliest, latest), null)
            : (null, CommerceRefusal.InvalidRequest("deliveryWindow: earliest and latest as ISO 8601 instants, in order."));
    }

    private static (DateTimeOffset? Instant, bool IsRead) Instant(JsonElement? given) => given switch
    {
        null => (null, true),
        { ValueKind: JsonValueKind.String } text when text.TryGetDateTimeOffset(out var instant) => (instant.ToUniversalTime(), true),
        _ => (null, false),
    };
}
