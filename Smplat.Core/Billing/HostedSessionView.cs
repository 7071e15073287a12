using System.Text.Json;

namespace Smplat.Core.Billing;

/// <summary>A hosted session as the billing routes show it.</summary>
/// <param name="StatusChangedAt">When it was completed or cancelled.</param>
/// <param name="RecoveryState">Null while recovery has not touched it.</param>
public sealed record HostedSessionView(
    Guid Id,
    string SessionId,
    Guid InvoiceId,
    Guid WorkspaceId,
    string Status,
    DateTimeOffset? StatusChangedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? CompletedAt,
    DateTimeOffset? CancelledAt,
    int RetryCount,
    DateTimeOffset? LastRetryAt,
    DateTimeOffset? NextRetryAt,
    DateTimeOffset? ExhaustedAt,
    string? LastError,
    string? RecoveryNotes,
    JsonElement Metadata,
    HostedRecoveryState? RecoveryState,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt);

/// <param name="LastNotifiedAt">When a message about the session last reached somebody.</param>
public sealed record HostedRecoveryState(
    IReadOnlyList<HostedRecoveryAttempt> Attempts,
    DateTimeOffset? NextRetryAt,
    DateTimeOffset? LastNotifiedAt,
    string? LastChannel);

/// <param name="NotifiedAt">When the attempt's message was really sent; null while it was not.</param>
public sealed record HostedRecoveryAttempt(
    int Attempt, string? Status, DateTimeOffset? ScheduledAt, DateTimeOffset? NextRetryAt, DateTimeOffset? NotifiedAt);
