namespace Smplat.Core.Platform.Outbox;

/// <summary>The intention to tell somebody something, once.</summary>
/// <param name="Kind">Which message it is: a word of the catalogue, or for <c>internal</c> rows the handler's.</param>
/// <param name="Channel"><c>email</c>, <c>slack</c>, <c>webhook</c> or <c>internal</c>; see <see cref="OutboxChannel"/>.</param>
/// <param name="Recipient">Address or webhook. Null takes the user's address at the time of sending.</param>
/// <param name="UserId">The person whose preferences, caps and quiet hours apply; null for operators and systems.</param>
/// <param name="IdempotencyKey">The same key is one message for ever, whoever enqueues it how often.</param>
/// <param name="Payload">A JSON object: what the template or the handler needs.</param>
/// <param name="NotBefore">Earliest time of delivery.</param>
public sealed record OutboxMessage(
    string Kind,
    string Channel,
    string? Recipient,
    Guid? UserId,
    string IdempotencyKey,
    string Payload,
    DateTimeOffset NotBefore);
