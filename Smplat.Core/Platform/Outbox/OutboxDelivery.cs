using System.Text.Json;

namespace Smplat.Core.Platform.Outbox;

/// <summary>One message as it is handed over for delivery.</summary>
/// <param name="Attempt">1 for the first.</param>
public sealed record OutboxDelivery(
    Guid Id, string Kind, Guid? UserId, string IdempotencyKey, JsonElement Payload, int Attempt, DateTimeOffset CreatedAt);
