using System.Text.Json.Serialization;

namespace Smplat.Functions.Analytics;

/// <summary>The answer to a single event.</summary>
/// <param name="Status"><c>accepted</c>, or <c>duplicate</c> when it is stored already; both are success.</param>
/// <param name="CreatedAt">When it was stored first.</param>
/// <param name="OccurredAtClamped">True when its time lay in the future and was set to now; absent otherwise.</param>
public sealed record OfferEventReceipt(
    Guid Id,
    string Status,
    DateTimeOffset CreatedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? OccurredAtClamped);
