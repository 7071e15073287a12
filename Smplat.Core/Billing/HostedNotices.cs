using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using Smplat.Core.Notifications;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Billing;

/// <summary>Tells the customer and, apart from that, operators about a session; in the attempt's transaction.</summary>
public sealed class HostedNotices(OutboxWriter outbox, IOptionsMonitor<HostedRecoveryOptions> options)
{
    public const string SlackTarget = "hosted_recovery";

    /// <summary>Keys of a session's messages up to an attempt, for looking up what became of them.</summary>
    public static string[] Keys(Guid sessionId, int attempts, IEnumerable<string> recipients) =>
    [
        .. Enumerable.Range(1, attempts).SelectMany(attempt => new[] { CustomerKey(sessionId, attempt), SlackKey(sessionId, attempt) }
            .Concat(recipients.Select(recipient => MailKey(sessionId, attempt, recipient)))),
    ];

    public static string CustomerKey(Guid sessionId, int attempt) => $"hosted:{sessionId}:{attempt}";

    /// <summary>The attempt that a message's key names.</summary>
    public static int AttemptOf(string key) =>
        int.TryParse(key.Split(':')[2], out var attempt) ? attempt : 0;

    /// <returns>The channels by which somebody is told; empty when all are off.</returns>
    public async Task<IReadOnlyList<string>> TellAsync(
        HostedSession session,
        int attempt,
        DateTimeOffset? nextRetryAt,
        bool isExhausted,
        DateTimeOffset now,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        var channels = new List<string>();
        if (settings.IsCustomerEnabled && !isExhausted)
        {
            await outbox.EnqueueAsync(Customer(session, attempt, now), transaction, cancellationToken);
            channels.Add("customer_email");
        }

        var alert = Alert(session, attempt, nextRetryAt, isExhausted, settings.MaxAttempts);
        if (isExhausted || RetryPolicy.IsForSlack(attempt))
        {
            if (settings is { IsSlackEnabled: true, SlackWebhookUrl: not null })
            {
                await outbox.EnqueueAsync(
                    Operators(OutboxChannel.Slack, SlackTarget, SlackKey(session.Id, attempt), alert, now), transaction, cancellationToken);
                channels.Add("slack");
            }
        }

        if (settings.IsEmailEnabled && (isExhausted || !RetryPolicy.IsForSlack(attempt)))
        {
            foreach (var recipient in settings.EmailRecipients)
            {
                await outbox.EnqueueAsync(
                    Operators(OutboxChannel.Email, recipient, MailKey(session.Id, attempt, recipient), alert, now), transaction, cancellationToken);
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

    private static string Alert(
        HostedSession session, int attempt, DateTimeOffset? nextRetryAt, bool isExhausted, int maxAttempts) =>
        JsonSerializer.Serialize(new
        {
            hosted_session_id = session.Id,
            session_id = session.SessionId,
            invoice_number = session.InvoiceNumber,
            status = session.Status,
            attempt = isExhausted ? session.RetryCount : attempt,
            max_attempts = maxAttempts,
            next_retry_at = nextRetryAt,
            workspace_id = session.WorkspaceId,
            last_error = session.LastError,
            exhausted = isExhausted,
        });

    private static string SlackKey(Guid sessionId, int attempt) => $"hosted-alert:{sessionId}:{attempt}:slack";

    private static string MailKey(Guid sessionId, int attempt, string recipient) => $"hosted-alert:{sessionId}:{attempt}:{recipient}";
}
