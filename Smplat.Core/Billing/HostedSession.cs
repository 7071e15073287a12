namespace Smplat.Core.Billing;

/// <summary>A row of <c>hosted_checkout_sessions</c> with what recovery needs of its invoice.</summary>
public sealed record HostedSession
{
    public required Guid Id { get; init; }

    public required string SessionId { get; init; }

    public required Guid WorkspaceId { get; init; }

    public required Guid InvoiceId { get; init; }

    public required string Status { get; init; }

    public string? Url { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    public DateTimeOffset? CancelledAt { get; init; }

    public string? LastError { get; init; }

    public required string Metadata { get; init; }

    public string? RecoveryNotes { get; init; }

    public required int RetryCount { get; init; }

    public DateTimeOffset? LastRetryAt { get; init; }

    public DateTimeOffset? NextRetryAt { get; init; }

    public DateTimeOffset? ExhaustedAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public required string InvoiceNumber { get; init; }

    public required string InvoiceStatus { get; init; }

    public required decimal BalanceDue { get; init; }

    public required string Currency { get; init; }
}
