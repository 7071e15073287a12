using Smplat.Core.Platform.Input;

namespace Smplat.Core.Billing;

/// <summary>A row of <c>hosted_checkout_sessions</c> with the parts of its invoice that recovery needs.</summary>
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

    /// <summary>Since when a debit is under way; null when there is none.</summary>
    public DateTimeOffset? DebitAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public required string InvoiceNumber { get; init; }

    public required string InvoiceStatus { get; init; }

    public required decimal BalanceDue { get; init; }

    public required string Currency { get; init; }
}

/// <summary>Labels of <c>hosted_checkout_sessions.status</c>.</summary>
internal static class HostedStatus
{
    public const string Initiated = "initiated";
    public const string Completed = "completed";
    public const string Expired = "expired";
    public const string Abandoned = "abandoned";
    public const string Failed = "failed";

    public static readonly string[] All = [Initiated, Completed, Expired, Abandoned, Failed];
}

/// <summary>The result of a request about hosted sessions.</summary>
public abstract record HostedOutcome
{
    private HostedOutcome()
    {
    }

    public sealed record Found(HostedSessionView Session) : HostedOutcome;

    public sealed record Listed(IReadOnlyList<HostedSessionView> Sessions) : HostedOutcome;

    public sealed record Refused(Refusal Refusal) : HostedOutcome;
}

internal sealed record BillingOff() : NotFound("billing.disabled", "Billing center is not enabled");

internal sealed record WorkspaceNotAdmitted() : NotFound("billing.workspace", "Billing center unavailable for workspace");

internal sealed record UnknownSession() : NotFound("billing.unknown_session", "Session not found");

internal sealed record SessionCompleted() : Conflict("billing.completed", "Cannot regenerate a completed session");

internal sealed record DebitUnderWay() : Conflict(
    "billing.payment_is_processing", "A payment of the invoice is being processed by the bank");

internal sealed record SessionModified() : Conflict("billing.modified", "Session was modified; read it again");

internal sealed record InvoiceSettled() : Conflict("billing.settled", "The invoice has no balance due");

internal sealed record NoReturnUrls() : Invalid("billing.urls", "successUrl and cancelUrl are required");

internal sealed record ProviderRefused(string Reason) : Unavailable("billing.provider", $"The payment provider did not create a session: {Reason}");

internal sealed record UnsupportedStatus() : Invalid("billing.status", "Unsupported hosted session status filter");
