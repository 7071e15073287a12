using System.Text.Json;

namespace Smplat.Functions.Analytics;

/// <summary>
/// One offer event, for the API document; the parser reads the bytes without it. A batch is an array of these, or
/// <c>{"batch": […]}</c>.
/// </summary>
/// <param name="OfferSlug">1 to 255 characters.</param>
/// <param name="EventType">1 to 64 characters.</param>
/// <param name="TargetSlug">1 to 255 characters.</param>
/// <param name="Action">1 to 64 characters.</param>
/// <param name="CartTotal">0 to 9,999,999,999.99, a number or text; rounded to cents.</param>
/// <param name="Currency">3 to 16 characters.</param>
/// <param name="OrderReference">Up to 255 characters.</param>
/// <param name="Metadata">Up to 16 KB, 8 levels and 256 members.</param>
/// <param name="EventId">The client's own id; the same id is taken once for ever.</param>
/// <param name="OccurredAt">When it happened, up to 7 days ago.</param>
public sealed record OfferEventBody(
    string OfferSlug,
    string EventType,
    string? TargetSlug,
    string? Action,
    decimal? CartTotal,
    string? Currency,
    string? OrderReference,
    JsonElement? Metadata,
    string? EventId,
    DateTimeOffset? OccurredAt)
{
    public const string SnakeExample =
        """{"offer_slug":"spring-offer","event_type":"impression","cart_total":"49.90","currency":"eur","metadata":{"presetId":"preset-alpha"}}""";

    public const string CamelExample =
        """{"offerSlug":"spring-offer","eventType":"cta_click","cartTotal":49.9,"currency":"eur","metadata":{"presetId":"preset-alpha"}}""";
}
