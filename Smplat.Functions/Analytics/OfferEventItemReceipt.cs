using System.Text.Json.Serialization;

namespace Smplat.Functions.Analytics;

/// <summary>What became of one event of a batch.</summary>
/// <param name="Index">Its place in the batch.</param>
/// <param name="Status"><c>accepted</c>, <c>duplicate</c> or <c>rejected</c>.</param>
/// <param name="Id">Its id; a rejected event gets it when it is replayed.</param>
/// <param name="CreatedAt">For duplicates: when it was stored first.</param>
/// <param name="OccurredAtClamped">True when its time lay in the future and was set to now.</param>
/// <param name="Code">For rejected events: a word for programs.</param>
/// <param name="Field">For rejected events: the member that is wrong; absent when it is the event as a whole.</param>
/// <param name="Reason">For rejected events: what is wrong.</param>
public sealed record OfferEventItemReceipt(
    int Index,
    string Status,
    Guid Id,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? CreatedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? OccurredAtClamped,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Code,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Field,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason);
