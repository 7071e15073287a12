namespace Smplat.Core.Platform.Outbox;

/// <summary>A message as operators see it: what became of it and why, without its address and content.</summary>
public sealed record MessageRow
{
    public required Guid Id { get; init; }

    public required string Kind { get; init; }

    public required string Channel { get; init; }

    public required string IdempotencyKey { get; init; }

    public required string Status { get; init; }

    public string? Reason { get; init; }

    public string? Error { get; init; }

    public required int Attempts { get; init; }

    public required int Rescues { get; init; }

    public required DateTimeOffset NotBefore { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? SentAt { get; init; }

    public string? ProviderMessageId { get; init; }
}
