using System.Text.Json;

namespace Smplat.Core.Checkout;

/// <summary>A checkout with its history, oldest event first.</summary>
/// <param name="Version">Grows with every change; send it back to change only what was read.</param>
public sealed record CheckoutOrchestration(
    Guid OrderId,
    string CurrentStage,
    string Status,
    DateTimeOffset? StartedAt,
    DateTimeOffset? CompletedAt,
    DateTimeOffset? FailedAt,
    DateTimeOffset? NextActionAt,
    JsonElement Metadata,
    int Version,
    IReadOnlyList<CheckoutEvent> Events);

/// <summary>One step of a checkout.</summary>
public sealed record CheckoutEvent(string Stage, string Status, string? Note, JsonElement Payload, DateTimeOffset CreatedAt);
