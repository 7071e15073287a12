using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Npgsql;
using Smplat.Core.Notifications;
using Smplat.Core.Platform.Outbox;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Billing;

/// <summary>Queues messages about a session in the attempt's transaction: one to the customer, and others to operators.</summary>
public sealed class HostedNotices(OutboxWriter outbox, IOptionsMonitor<HostedRecoveryOptions> options)
{
    public const string SlackTarget = "hosted_recovery";

    /// <summary>The keys of all messages about a session up to an attempt, to look up whether they were sent.</summary>
    public static string[] Keys(Guid sessionId, int attempts, IEnumerable<string> recipients) =>
    [
        .. Enumerable.Range(1, attempts).SelectMany(attempt => new[] { CustomerKey(sessionId, attempt), SlackKey(sessionId, attempt) }
            .Concat(recipients.Select(recipient => MailKey(sessionId, attempt, recipient)))),
    ];

    public static string CustomerKey(Guid sessionId, int attempt) => $"hosted:{sessionId}:{attempt}";

    /// <summary>The number of the attempt in a message's key.</summary>
    public static int AttemptOf(string key) =>
        int.TryParse(key.Split(':')[2], out var attempt) ? attempt : 0;

    /// <summary>Operators get mails about the first attempts; later attempts and the end of recovery go to Slack.</summary>
    /// <returns>The channels used; empty when all are off.</returns>
    public async Task<IReadOnlyList<string>> EnqueueAsync(
        HostedSession session,
        NoticedAttempt attempt,
        DateTimeOffset now,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        var channels = new List<string>();
        if (settings.IsCustomerEnabled && !attempt.IsExhausted)
        {
            await outbox.EnqueueAsync(Customer(session, attempt.Number, now), transaction, cancellationToken);
            channels.Add("customer_email");
        }

        var alert = Alert(session, attempt, settings.MaxAttempts);
        if ((attempt.IsExhausted || RetryPolicy.IsForSlack(attempt.Number))
            && settings is { IsSlackEnabled: true, SlackWebhookUrl: not null })
        {
            var message = Operators(OutboxChannel.Slack, SlackTarget, SlackKey(session.Id, attempt.Number), alert, now);
            await outbox.EnqueueAsync(message, transaction, cancellationToken);
            channels.Add("slack");
        }

        if (settings.IsEmailEnabled && (attempt.IsExhausted || !RetryPolicy.IsForSlack(attempt.Number)))
        {
            foreach (var recipient in settings.EmailRecipients)
            {
                var message = Operators(OutboxChannel.Email, recipient, MailKey(session.Id, attempt.Number, recipient), alert, now);
                await outbox.EnqueueAsync(message, transaction, cancellationToken);
                channels.Add("email");
            }
        }

        return channels;
    }

    private static OutboxMessage Customer(HostedSession session, int attempt, DateTimeOffset now) => new(
        MessageKinds.HostedSessionRecovery,
        OutboxChannel.Email,
        null,
        session.WorkspaceId,
        CustomerKey(session.Id, attempt),
        JsonSerializer.Serialize(new
        {
            hosted_session_id = session.Id,
            invoice_number = session.InvoiceNumber,
            amount = session.BalanceDue,
            currency = session.Currency,
            attempt,
        }),
        now);

    private static OutboxMessage Operators(string channel, string recipient, string key, string payload, DateTimeOffset now) =>
        new(MessageKinds.HostedSessionRecoveryAlert, channel, recipient, null, key, payload, now);

    private static string Alert(HostedSession session, NoticedAttempt attempt, int maxAttempts) => JsonSerializer.Serialize(new
    {
        hosted_session_id = session.Id,
        session_id = session.SessionId,
        invoice_number = session.InvoiceNumber,
        status = session.Status,
        attempt = attempt.IsExhausted ? session.RetryCount : attempt.Number,
        max_attempts = maxAttempts,
        next_retry_at = attempt.NextRetryAt,
        workspace_id = session.WorkspaceId,
        last_error = session.LastError,
        exhausted = attempt.IsExhausted,
    });

    private static string SlackKey(Guid sessionId, int attempt) => $"hosted-alert:{sessionId}:{attempt}:slack";

    private static string MailKey(Guid sessionId, int attempt, string recipient) => $"hosted-alert:{sessionId}:{attempt}:{recipient}";
}

/// <summary>The attempt that a message is about.</summary>
/// <param name="IsExhausted">There are no attempts left: this message is about the end of recovery.</param>
public sealed record NoticedAttempt(int Number, DateTimeOffset? NextRetryAt, bool IsExhausted);

/// <summary>Stops a payment reminder when the invoice was paid, or the session completed, after it was queued.</summary>
internal sealed class HostedGuard(HostedSessionStore store) : IPreSendCheck
{
    public string Kind => MessageKinds.HostedSessionRecovery;

    public Task<string?> CheckAsync(OutboxDelivery delivery, CancellationToken cancellationToken) =>
        store.ObjectionAsync(delivery.Payload.GetProperty("hosted_session_id").GetGuid(), cancellationToken);
}

/// <summary>Adds the payment link to a reminder: the session's own page while it is open, otherwise the storefront's page.</summary>
internal sealed class HostedContent(HostedSessionStore store, IOptionsMonitor<RuntimeOptions> runtime) : IMessageContent
{
    public string Kind => MessageKinds.HostedSessionRecovery;

    public async Task<JsonObject> CompleteAsync(OutboxDelivery delivery, CancellationToken cancellationToken)
    {
        var id = delivery.Payload.GetProperty("hosted_session_id").GetGuid();
        var session = await store.FindAsync(id, cancellationToken);
        var page = new Uri(runtime.CurrentValue.FrontendUrl, $"billing/{session?.InvoiceId}").AbsoluteUri;
        var url = session is { Status: HostedStatus.Initiated, Url: { } open } ? open : page;
        return new JsonObject { ["resume_url"] = url };
    }
}
