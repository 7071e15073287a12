using System.Text.Json;

namespace Smplat.Core.Platform.Outbox;

/// <summary>A claimed message of the channel <c>internal</c>.</summary>
public sealed record InternalMessage
{
    public required Guid Id { get; init; }

    public required string Kind { get; init; }

    public Guid? UserId { get; init; }

    public required string IdempotencyKey { get; init; }

    public required string Payload { get; init; }

    /// <summary>This attempt included.</summary>
    public required int Attempts { get; init; }

    public required int MaxAttempts { get; init; }

    public string? Traceparent { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public OutboxDelivery ToDelivery() =>
        new(Id, Kind, UserId, IdempotencyKey, JsonElement.Parse(Payload), Attempts, CreatedAt);
}
