using System.Text.Json;
using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Requests;

internal static class DeliveryWindowReader
{
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
