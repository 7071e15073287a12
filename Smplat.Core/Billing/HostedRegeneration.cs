using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Smplat.Core.Payments;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Billing;

/// <summary>Replace a session with a new one.</summary>
/// <param name="ExpectedUpdatedAt">The session's <c>updatedAt</c> as it was read. If it has changed, the session is not replaced.</param>
/// <param name="SuccessUrl">Default: the one in the session's metadata.</param>
public sealed record RegenerateSession(
    DateTimeOffset ExpectedUpdatedAt,
    string? SuccessUrl,
    string? CancelUrl,
    string? Notes,
    bool IsAutomated,
    DateTimeOffset? OverrideNextRetryAt,
    bool Notify)
{
    public static RegenerateSession Read(Fields fields) => new(
        fields.RequiredInstant("expectedUpdatedAt"),
        fields.WebAddress("successUrl", 2000),
        fields.WebAddress("cancelUrl", 2000),
        fields.Text("notes", 0, 2000),
        fields.Flag("automated") ?? false,
        fields.Instant("overrideNextRetryAt"),
        fields.Flag("notify") ?? true);
}

/// <summary>
/// Replaces a session with one that has a new payment page. The provider is called outside any transaction, with an idempotency
/// key derived from the old session's state, so repeating the call after a crash returns the same page.
/// </summary>
public sealed class HostedRegeneration(
    HostedSessionStore store,
    IStripeGateway stripe,
    HostedSessionQueries queries,
    TimeProvider clock,
    ILogger<HostedRegeneration> logger)
{
    /// <summary>How long the provider keeps a page open.</summary>
    private static readonly TimeSpan PageLife = TimeSpan.FromHours(24);

    public async Task<HostedOutcome> RegenerateAsync(
        Guid id, Guid workspaceId, RegenerateSession command, CancellationToken cancellationToken)
    {
        if (queries.Refuse(workspaceId) is { } refusal)
        {
            return new HostedOutcome.Refused(refusal);
        }

        if (await store.FindAsync(id, cancellationToken) is not { } old || old.WorkspaceId != workspaceId)
        {
            return new HostedOutcome.Refused(new UnknownSession());
        }

        if (old.Status == HostedStatus.Completed)
        {
            return new HostedOutcome.Refused(new SessionCompleted());
        }

        if (old.UpdatedAt != command.ExpectedUpdatedAt)
        {
            return new HostedOutcome.Refused(new SessionModified());
        }

        return await ReplaceAsync(old, command, cancellationToken) is { } failure
            ? new HostedOutcome.Refused(failure)
            : await queries.FindAsync(SuccessorId(old), workspaceId, cancellationToken);
    }

    /// <summary>Replaces an expired or failed session automatically. True when it now has a successor.</summary>
    public async Task<bool> RenewAsync(Guid id, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, cancellationToken) is not { Status: HostedStatus.Expired or HostedStatus.Failed } old)
        {
            return false;
        }

        var command = new RegenerateSession(old.UpdatedAt, null, null, null, IsAutomated: true, null, Notify: true);
        return await ReplaceAsync(old, command, cancellationToken) is null;
    }

    /// <returns>Null when the session was replaced, or else why not.</returns>
    private async Task<Refusal?> ReplaceAsync(HostedSession old, RegenerateSession command, CancellationToken cancellationToken)
    {
        if (old.DebitAt is not null)
        {
            return new DebitUnderWay();
        }

        if (old.BalanceDue <= 0 || old.InvoiceStatus is "paid" or "void")
        {
            return new InvoiceSettled();
        }

        var metadata = JsonNode.Parse(old.Metadata) as JsonObject ?? [];
        var success = command.SuccessUrl ?? metadata["success_url"]?.ToString();
        var cancel = command.CancelUrl ?? metadata["cancel_url"]?.ToString();
        if (success is null || cancel is null)
        {
            return new NoReturnUrls();
        }

        var key = SuccessorId(old);
        var answer = await stripe.CreateSessionAsync(Request(key, old, success, cancel), cancellationToken);
        if (answer is not SessionOutcome.Made page)
        {
            return new ProviderRefused(((SessionOutcome.Failed)answer).Reason);
        }

        var now = clock.GetUtcNow();
        var successor = new Successor(
            key,
            page.SessionId,
            page.Url,
            now + PageLife,
            Metadata(success, cancel, command, now),
            Notes(command.Notes, old),
            old.RetryCount + 1,
            command.OverrideNextRetryAt ?? now + RetryPolicy.AfterRegeneration);
        if (!await store.ReplaceAsync(old, successor, now, cancellationToken))
        {
            return new SessionModified();
        }

        await CloseAsync(old, cancellationToken);
        return null;
    }

    /// <summary>
    /// Closes the old page, on which the invoice could be paid a second time. If that fails, the session stays replaced.
    /// </summary>
    private async Task CloseAsync(HostedSession old, CancellationToken cancellationToken)
    {
        if (old.Status is not HostedStatus.Expired
            && await stripe.EndSessionAsync(old.SessionId, cancellationToken) is SessionEnd.Failed failed)
        {
            BillingLog.OldPageStaysOpen(logger, old.Id, failed.Reason);
        }
    }

    private static SessionRequest Request(Guid key, HostedSession session, string successUrl, string cancelUrl) => new(
        key,
        session.InvoiceId,
        session.InvoiceNumber,
        session.Currency,
        [new SessionLine($"Invoice {session.InvoiceNumber}", Money.Of(session.BalanceDue, session.Currency).Minor, 1)],
        successUrl,
        cancelUrl,
        null);

    private static string Metadata(string success, string cancel, RegenerateSession command, DateTimeOffset now)
    {
        var automation = new JsonObject
        {
            ["triggered_by"] = command.IsAutomated ? "automation" : "manual",
            ["trigger_notified"] = command.Notify,
            ["triggered_at"] = now.UtcDateTime,
        };
        if (command.OverrideNextRetryAt is { } nextRetryAt)
        {
            automation["override_next_retry_at"] = nextRetryAt.UtcDateTime;
        }

        return new JsonObject { ["success_url"] = success, ["cancel_url"] = cancel, ["automation"] = automation }.ToJsonString();
    }

    private static string Notes(string? notes, HostedSession old) =>
        $"{notes ?? old.RecoveryNotes}\nReplaces {old.SessionId}".Trim();

    /// <summary>Derived from the old session's state, so that there is one successor, however often it is requested.</summary>
    private static Guid SuccessorId(HostedSession old)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{old.Id}:{old.UpdatedAt.UtcTicks}"));
        return new Guid(hash.AsSpan(0, 16));
    }
}
