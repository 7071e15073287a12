using System.Text.Json;

namespace Smplat.Core.Platform.Outbox;

/// <summary>A message that one sender holds.</summary>
public sealed record ClaimedMessage
{
    public required Guid Id { get; init; }

    public required string Kind { get; init; }

    public required string Channel { get; init; }

    public required string? Recipient { get; init; }

    public required Guid? UserId { get; init; }

    public required string IdempotencyKey { get; init; }

    public required string Payload { get; init; }

    public required int Attempts { get; init; }

    public required int MaxAttempts { get; init; }

    public required string? Traceparent { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>For handlers and guards. Attempts counts this one only once it has been admitted.</summary>
    public OutboxDelivery ToDelivery() => new(
        Id, Kind, UserId, IdempotencyKey, JsonSerializer.Deserialize<JsonElement>(Payload), Attempts + 1, CreatedAt);
}
