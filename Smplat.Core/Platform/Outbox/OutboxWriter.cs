using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Smplat.Core.Platform.Outbox;

/// <summary>
/// Adds messages in the transaction of the change that causes them, so that both commit or neither does. A job delivers
/// them afterwards.
/// </summary>
public sealed class OutboxWriter(OutboxStore store, ILogger<OutboxWriter> logger)
{
    /// <returns>False when a message with this key already exists; nothing was added.</returns>
    public Task<bool> EnqueueAsync(
        OutboxMessage message, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        store.AddAsync(message, Activity.Current?.Id, transaction, cancellationToken);

    /// <summary>Stores a message that must not be sent, with its reason, so that operators can see the decision.</summary>
    /// <returns>False when a message with this key already exists; nothing was added.</returns>
    public Task<bool> EnqueueSuppressedAsync(
        OutboxMessage message, string reason, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        OutboxLog.Withheld(logger, message.Kind, reason);
        return store.AddSuppressedAsync(message, reason, transaction, cancellationToken);
    }
}

/// <summary>A message to send or handle once.</summary>
/// <param name="Kind">A registered <see cref="MessageKind"/>, or for <c>internal</c> messages the handler's kind.</param>
/// <param name="Channel">See <see cref="OutboxChannel"/>.</param>
/// <param name="Recipient">Mail address or Slack target. Null means the person's address at the time of sending.</param>
/// <param name="UserId">The person whose preferences, caps and quiet hours apply; null for operators and systems.</param>
/// <param name="IdempotencyKey">A key is accepted only once, no matter who enqueues it or how often.</param>
/// <param name="Payload">A JSON object with what the template or the handler needs.</param>
/// <param name="NotBefore">Earliest time of delivery.</param>
public sealed record OutboxMessage(
    string Kind,
    string Channel,
    string? Recipient,
    Guid? UserId,
    string IdempotencyKey,
    string Payload,
    DateTimeOffset NotBefore);

/// <summary>The ways a message leaves the outbox.</summary>
internal static class OutboxChannel
{
    public const string Email = "email";

    /// <summary>The recipient is the name of a target such as <c>operators</c>, never the secret webhook address.</summary>
    public const string Slack = "slack";

    /// <summary>Passed to the <see cref="IOutboxHandler"/> of its kind in this app.</summary>
    public const string Internal = "internal";
}

/// <summary>Values of <c>notification_outbox.status</c>.</summary>
public static class OutboxStatus
{
    public const string Pending = "pending";

    public const string Sending = "sending";

    public const string Sent = "sent";

    /// <summary>Deliberately not sent; the row's reason says why.</summary>
    public const string Suppressed = "suppressed";

    /// <summary>Delivery was abandoned. An operator may redrive the message.</summary>
    public const string Dead = "dead";

    public static readonly string[] All = [Pending, Sending, Sent, Suppressed, Dead];
}

/// <summary>A message that one sender holds under a lease.</summary>
public sealed record ClaimedMessage
{
    public required Guid Id { get; init; }

    public required string Kind { get; init; }

    public required string Channel { get; init; }

    public required string? Recipient { get; init; }

    public required Guid? UserId { get; init; }

    public required string IdempotencyKey { get; init; }

    public required string Payload { get; init; }

    /// <summary>Counted attempts. An <c>internal</c> message counts at the claim, so this one is
    /// included; the others count only failures.</summary>
    public required int Attempts { get; init; }

    public required int MaxAttempts { get; init; }

    public required string? Traceparent { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The number of the current attempt, 1 for the first.</summary>
    public int Attempt => Channel == OutboxChannel.Internal ? Attempts : Attempts + 1;

    /// <summary>The message as handlers, checks and content providers see it.</summary>
    public OutboxDelivery ToDelivery() => new(
        Id, Kind, UserId, IdempotencyKey, JsonSerializer.Deserialize<JsonElement>(Payload), Attempt, CreatedAt);
}

/// <summary>One delivery of a message, as features see it.</summary>
/// <param name="Attempt">1 for the first.</param>
public sealed record OutboxDelivery(
    Guid Id, string Kind, Guid? UserId, string IdempotencyKey, JsonElement Payload, int Attempt, DateTimeOffset CreatedAt);
