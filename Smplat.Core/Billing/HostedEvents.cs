using System.Text.Json;
using Microsoft.Extensions.Logging;
using Npgsql;
using Smplat.Core.Payments;

namespace Smplat.Core.Billing;

/// <summary>
/// Moves hosted sessions, and pays their invoices, when the payment provider reports an event about them. Runs in the
/// transaction in which the webhook stores the event, so an event is applied with its receipt or not at all. The same events
/// lead to the same session in any order and when repeated.
/// </summary>
internal sealed class HostedEvents(HostedSessionStore store, TimeProvider clock, ILogger<HostedEvents> logger) : IPaymentEventListener
{
    /// <returns>True when the event is about a hosted session.</returns>
    public async Task<bool> OnEventAsync(StripeEvent message, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var paymentEvent = PaymentEvent.From(message);
        if (!HostedTransitionPolicy.IsAbout(paymentEvent.Fact))
        {
            return false;
        }

        var sessions = await store.LockByReferenceAsync(
            [.. paymentEvent.References], paymentEvent.PaymentId, transaction, cancellationToken);
        foreach (var session in sessions)
        {
            await ApplyAsync(session, message, paymentEvent, transaction, cancellationToken);
        }

        return sessions.Count > 0;
    }

    private async Task ApplyAsync(
        LockedSession session,
        StripeEvent message,
        PaymentEvent paymentEvent,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        var mismatch = HostedTransitionPolicy.MismatchOf(paymentEvent.Fact, session);
        var status = mismatch is null
            ? HostedTransitionPolicy.StatusFor(paymentEvent.Fact, StripeEvent.Text(message.Object, "status"), session)
            : HostedStatus.Failed;
        if (status is null || !HostedTransitionPolicy.MayMove(session, status, message.Created))
        {
            await store.LinkAsync(session.Id, paymentEvent.IntentId, transaction, cancellationToken);
            return;
        }

        var now = clock.GetUtcNow();
        var change = new HostedStatusChange
        {
            Status = status,
            EventType = message.Type,
            IntentId = paymentEvent.IntentId,
            Error = mismatch is null ? Error(message.Object, status) : "amount_mismatch",
            HappenedAt = message.Created,
            IsDebit = paymentEvent.Fact is PaymentFact.DebitStarted,
            IsMismatch = mismatch is not null,
            At = now,
            NextRetryAt = status switch
            {
                HostedStatus.Expired => now,
                HostedStatus.Failed when mismatch is null => now + RetryPolicy.AfterFailure,
                _ => null,
            },
        };
        await store.MoveAsync(session.Id, change, transaction, cancellationToken);
        if (mismatch is var (received, expected))
        {
            BillingLog.Mismatched(logger, session.Id, received, expected);
        }
    }

    private static string? Error(JsonElement subject, string status) => status switch
    {
        HostedStatus.Completed or HostedStatus.Initiated => null,
        _ when subject.ValueKind == JsonValueKind.Object
            && subject.TryGetProperty("last_payment_error", out var error) && error.ValueKind == JsonValueKind.Object =>
            StripeEvent.Text(error, "code") ?? "payment_failed",
        HostedStatus.Expired => "expired_without_completion",
        _ => "payment_failed",
    };
}

/// <summary>What the payment provider's events mean for a hosted session.</summary>
internal static class HostedTransitionPolicy
{
    public static bool IsAbout(PaymentFact fact) => fact
        is PaymentFact.Succeeded or PaymentFact.DebitStarted or PaymentFact.Failed or PaymentFact.Canceled or PaymentFact.SessionExpired;

    /// <param name="payloadStatus">The <c>status</c> member of the event's object.</param>
    /// <returns>Null when the event does not change the session.</returns>
    public static string? StatusFor(PaymentFact fact, string? payloadStatus, LockedSession session) => fact switch
    {
        PaymentFact.Succeeded => HostedStatus.Completed,
        PaymentFact.DebitStarted => HostedStatus.Initiated,
        PaymentFact.Failed or PaymentFact.SessionExpired =>
            payloadStatus == HostedStatus.Expired ? HostedStatus.Expired : HostedStatus.Failed,
        PaymentFact.Canceled when session.DebitAt is not null => HostedStatus.Failed,
        _ => null,
    };

    /// <returns>What came and what is due, when they differ; null while nothing is wrong or nothing is known.</returns>
    public static (Money Received, Money Expected)? MismatchOf(PaymentFact fact, LockedSession session)
    {
        if (fact is not PaymentFact.Succeeded { Minor: { } minor } succeeded || session.InvoiceStatus is "paid" or "void")
        {
            return null;
        }

        var expected = Money.Of(session.BalanceDue, session.Currency);
        var received = Money.OfMinor(minor, succeeded.Currency ?? session.Currency);
        return received == expected ? null : (received, expected);
    }

    /// <summary>
    /// Completed is final, since the first event that says so; an abandoned session can only become completed. Otherwise the latest event counts, and of two of the
    /// same second the one that ends more.
    /// </summary>
    public static bool MayMove(LockedSession session, string to, DateTimeOffset happenedAt) => session.Status switch
    {
        HostedStatus.Completed => to == HostedStatus.Completed && happenedAt < session.CompletedAt,
        _ when to == HostedStatus.Completed => true,
        HostedStatus.Abandoned => false,
        _ when session.StatusEventAt is { } last => happenedAt > last || (happenedAt == last && Rank(to) > Rank(session.Status)),
        _ => true,
    };

    private static int Rank(string status) => status switch
    {
        HostedStatus.Expired => 2,
        HostedStatus.Failed => 1,
        _ => 0,
    };
}
