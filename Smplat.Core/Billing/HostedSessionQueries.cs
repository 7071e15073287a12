using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Billing;

/// <summary>Selects the sessions of a workspace, newest first.</summary>
public sealed record ListHostedSessions(Guid WorkspaceId, Guid? InvoiceId, string? Status, int Limit)
{
    public static ListHostedSessions Read(Fields fields) => new(
        fields.RequiredGuid("workspaceId", also: "workspace_id"),
        fields.Guid("invoiceId", also: "invoice_id"),
        fields.Text("status", 1, 40),
        fields.Integer("limit", 1, 200) ?? 50);
}

/// <summary>Reads hosted sessions for workspaces that may use billing.</summary>
public sealed class HostedSessionQueries(HostedSessionStore store, HostedViews views, IOptionsMonitor<BillingRolloutOptions> rollout)
{
    public async Task<HostedOutcome> ListAsync(ListHostedSessions query, CancellationToken cancellationToken)
    {
        if (Refuse(query.WorkspaceId) is { } refusal)
        {
            return new HostedOutcome.Refused(refusal);
        }

        if (query.Status is { } status && !HostedStatus.All.Contains(status))
        {
            return new HostedOutcome.Refused(new UnsupportedStatus());
        }

        var sessions = await store.ListAsync(query, cancellationToken);
        return new HostedOutcome.Listed(await views.ShowAsync(sessions, cancellationToken));
    }

    public async Task<HostedOutcome> FindAsync(Guid id, Guid workspaceId, CancellationToken cancellationToken)
    {
        if (Refuse(workspaceId) is { } refusal)
        {
            return new HostedOutcome.Refused(refusal);
        }

        return await store.FindAsync(id, cancellationToken) is { } session && session.WorkspaceId == workspaceId
            ? new HostedOutcome.Found((await views.ShowAsync([session], cancellationToken))[0])
            : new HostedOutcome.Refused(new UnknownSession());
    }

    /// <summary>Returns null when the workspace may use billing, or else the reason why it may not.</summary>
    public Refusal? Refuse(Guid workspaceId)
    {
        var settings = rollout.CurrentValue;
        return settings.IsDisabled ? new BillingOff() : settings.Admits(workspaceId) ? null : new WorkspaceNotAdmitted();
    }
}

/// <summary>A hosted session as the billing routes return it.</summary>
public sealed record HostedSessionView
{
    public required Guid Id { get; init; }

    public required string SessionId { get; init; }

    public required Guid InvoiceId { get; init; }

    public required Guid WorkspaceId { get; init; }

    public required string Status { get; init; }

    /// <summary>When it was completed or cancelled.</summary>
    public required DateTimeOffset? StatusChangedAt { get; init; }

    public required DateTimeOffset? ExpiresAt { get; init; }

    public required DateTimeOffset? CompletedAt { get; init; }

    public required DateTimeOffset? CancelledAt { get; init; }

    public required int RetryCount { get; init; }

    public required DateTimeOffset? LastRetryAt { get; init; }

    public required DateTimeOffset? NextRetryAt { get; init; }

    public required DateTimeOffset? ExhaustedAt { get; init; }

    public required string? LastError { get; init; }

    public required string? RecoveryNotes { get; init; }

    public required JsonElement Metadata { get; init; }

    /// <summary>Null as long as recovery has done nothing about the session.</summary>
    public required HostedRecoveryState? RecoveryState { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <param name="LastNotifiedAt">When a message about the session was last sent.</param>
public sealed record HostedRecoveryState(
    IReadOnlyList<HostedRecoveryAttempt> Attempts,
    DateTimeOffset? NextRetryAt,
    DateTimeOffset? LastNotifiedAt,
    string? LastChannel);

/// <param name="NotifiedAt">When the attempt's message was sent; null if it was not.</param>
public sealed record HostedRecoveryAttempt(
    int Attempt, string? Status, DateTimeOffset? ScheduledAt, DateTimeOffset? NextRetryAt, DateTimeOffset? NotifiedAt);

/// <summary>Turns sessions into views with what recovery did about them. A notice counts only once it was sent.</summary>
public sealed class HostedViews(HostedSessionStore store, IOptionsMonitor<HostedRecoveryOptions> options)
{
    public async Task<IReadOnlyList<HostedSessionView>> ShowAsync(
        IReadOnlyList<HostedSession> sessions, CancellationToken cancellationToken)
    {
        var recipients = options.CurrentValue.EmailRecipients;
        string[] keys = [.. sessions.SelectMany(session => HostedNotices.Keys(session.Id, session.RetryCount, recipients))];
        var notices = keys.Length == 0 ? [] : await store.ListNoticesAsync(keys, cancellationToken);
        return
        [
            .. sessions.Select(session => Show(
                session, [.. notices.Where(notice => notice.Key.Contains(session.Id.ToString(), StringComparison.Ordinal))])),
        ];
    }

    private static HostedSessionView Show(HostedSession session, SentNotice[] notices)
    {
        var metadata = JsonSerializer.Deserialize<JsonElement>(session.Metadata);
        return new()
        {
            Id = session.Id,
            SessionId = session.SessionId,
            InvoiceId = session.InvoiceId,
            WorkspaceId = session.WorkspaceId,
            Status = session.Status,
            StatusChangedAt = session.CompletedAt ?? session.CancelledAt,
            ExpiresAt = session.ExpiresAt,
            CompletedAt = session.CompletedAt,
            CancelledAt = session.CancelledAt,
            RetryCount = session.RetryCount,
            LastRetryAt = session.LastRetryAt,
            NextRetryAt = session.NextRetryAt,
            ExhaustedAt = session.ExhaustedAt,
            LastError = session.LastError,
            RecoveryNotes = session.RecoveryNotes,
            Metadata = metadata,
            RecoveryState = State(session, metadata, notices),
            CreatedAt = session.CreatedAt,
            UpdatedAt = session.UpdatedAt,
        };
    }

    private static HostedRecoveryState? State(HostedSession session, JsonElement metadata, SentNotice[] notices)
    {
        HostedRecoveryAttempt[] attempts = metadata.TryGetProperty("recovery_attempts", out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(entry => Attempt(entry, notices))]
            : [];
        if (attempts.Length == 0 && notices.Length == 0 && session.NextRetryAt is null)
        {
            return null;
        }

        var last = notices.MaxBy(notice => notice.SentAt);
        return new(attempts, session.NextRetryAt, last?.SentAt, last?.Channel);
    }

    private static HostedRecoveryAttempt Attempt(JsonElement entry, SentNotice[] notices)
    {
        var number = entry.TryGetProperty("attempt", out var value) && value.TryGetInt32(out var attempt) ? attempt : 0;
        DateTimeOffset?[] sent =
        [
            .. notices.Where(notice => HostedNotices.AttemptOf(notice.Key) == number).Select(notice => (DateTimeOffset?)notice.SentAt),
        ];
        return new(number, Text(entry, "status"), Instant(entry, "scheduled_at"), Instant(entry, "next_retry_at"), sent.Min());
    }

    private static string? Text(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static DateTimeOffset? Instant(JsonElement entry, string name) =>
        DateTimeOffset.TryParse(Text(entry, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;
}
