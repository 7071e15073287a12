using System.Text.Json;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Payments;

/// <summary>A verified event of the provider. Unknown types and API versions are read as far as they go.</summary>
/// <param name="Object">The object that the event is about; undefined when there is none.</param>
/// <param name="Json">The event as it came.</param>
public sealed record StripeEvent(string Id, string Type, DateTimeOffset Created, JsonElement Object, string Json)
{
    private const int MaxName = 255;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    /// <returns>Null when the bytes are no event.</returns>
    public static StripeEvent? Read(ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Strict);
            var root = document.RootElement;
            // Postgres stores no NUL, and no event of the provider holds one.
            if (StorableJson.ProblemOf(root) is not null)
            {
                return null;
            }

            if (Text(root, "id") is not { Length: > 0 and <= MaxName } id || Text(root, "type") is not { Length: > 0 and <= MaxName } type)
            {
                return null;
            }

            var subject = root.TryGetProperty("data", out var content) && content.ValueKind == JsonValueKind.Object
                && content.TryGetProperty("object", out var found)
                    ? found.Clone()
                    : default;
            return new(id, type, Instant(root, "created") ?? now, subject, root.GetRawText());
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            // The second is what a text with half a surrogate pair throws.
            return null;
        }
    }

    internal static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    internal static decimal? Cents(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var cents) && Math.Abs(cents) < 1_000_000_000_000
            ? cents / 100m
            : null;

    internal static DateTimeOffset? Instant(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && seconds is > 0 and < 253_402_300_799
            ? DateTimeOffset.UnixEpoch.AddSeconds(Math.Floor(seconds))
            : null;
}
