using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Smplat.Core.Checkout;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Billing;

/// <summary>
/// Replaces a session by a new payment page. The provider is asked outside any transaction, under a key that follows from
/// the old session's state: a repetition after a crash gets the same page.
/// </summary>
public sealed class HostedRegeneration(
    HostedSessionStore store,
    RegenerationStore replacement,
    IHostedSessionGateway gateway,
    HostedSessionQueries file,
    TimeProvider clock,
    ILogger<HostedRegeneration> logger)
{
    /// <summary>How long the provider keeps a page open.</summary>
    private static readonly TimeSpan PageLife = TimeSpan.FromHours(24);

    public async Task<HostedOutcome> RegenerateAsync(
        Guid id, Guid workspaceId, RegenerateSession command, CancellationToken cancellationToken)
    {
        if (file.Refuse(workspaceId) is { } refusal)
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

        return await ReplaceAsync(old, command, cancellationToken) is { } refused
            ? new HostedOutcome.Refused(refused.Refusal)
            : await file.FindAsync(SuccessorId(old), workspaceId, cancellationToken);
    }

    /// <summary>The automatic form: true when the session has a successor now.</summary>
    public async Task<bool> RenewAsync(Guid id, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, cancellationToken) is not { Status: HostedStatus.Expired or HostedStatus.Failed } old)
        {
            return false;
        }

        var command = new RegenerateSession(old.UpdatedAt, null, null, null, IsAutomated: true, null, Notify: true);
        return await ReplaceAsync(old, command, cancellationToken) is null;
    }

    /// <returns>Null when it is done.</returns>
    private async Task<Failure?> ReplaceAsync(HostedSession old, RegenerateSession command, CancellationToken cancellationToken)
    {
        if (old.BalanceDue <= 0 || old.InvoiceStatus is "paid" or "void")
        {
            return new(new InvoiceSettled());
        }

        var metadata = JsonNode.Parse(old.Metadata) as JsonObject ?? [];
        var success = command.SuccessUrl ?? metadata["success_url"]?.ToString();
        var cancel = command.CancelUrl ?? metadata["cancel_url"]?.ToString();
        if (success is null || cancel is null)
        {
            return new(new NoReturnUrls());
        }

        var key = SuccessorId(old);
        var answer = await gateway.CreateAsync(key, old, success, cancel, cancellationToken);
        if (answer is not HostedPage.Made page)
        {
            return new(new ProviderRefused(((HostedPage.Failed)answer).Reason));
        }

        var now = clock.GetUtcNow();
        var nextRetryAt = command.OverrideNextRetryAt ?? now + RetryPolicy.AfterRegeneration;
        var successor = new Successor(
            key,
            page.SessionId,
            page.Url,
            now + PageLife,
            Metadata(success, cancel, command, now),
            Notes(command.Notes, old),
            old.RetryCount + 1,
            nextRetryAt);
        if (!await replacement.ReplaceAsync(old, successor, now, cancellationToken))
        {
            return new(new SessionModified());
        }

        await EndAsync(old, cancellationToken);
        return null;
    }

    /// <summary>On the old page the invoice could be paid a second time. The new page stands, whatever comes of it.</summary>
    private async Task EndAsync(HostedSession old, CancellationToken cancellationToken)
    {
        if (old.Status is not HostedStatus.Expired && await gateway.EndAsync(old.SessionId, cancellationToken) is { } problem)
        {
            CheckoutLog.OldPageStaysOpen(logger, old.Id, problem);
        }
    }

    private static string Metadata(string success, string cancel, RegenerateSession command, DateTimeOffset now)
    {
        var automation = new JsonObject
        {
            ["triggered_by"] = command.IsAutomated ? "automation" : "manual",
            ["trigger_notified"] = command.Notify,
            ["triggered_at"] = now.UtcDateTime,
        };
        if (command.OverrideNextRetryAt is { } wish)
        {
            automation["override_next_retry_at"] = wish.UtcDateTime;
        }

        return new JsonObject { ["success_url"] = success, ["cancel_url"] = cancel, ["automation"] = automation }.ToJsonString();
    }

    private static string Notes(string? notes, HostedSession old) =>
        $"{notes ?? old.RecoveryNotes}\nReplaces {old.SessionId}".Trim();

    /// <summary>One successor for one state of a session, whoever asks and how often.</summary>
    private static Guid SuccessorId(HostedSession old)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{old.Id}:{old.UpdatedAt.UtcTicks}"));
        return new Guid(hash.AsSpan(0, 16));
    }

    private sealed record Failure(Refusal Refusal);
}
