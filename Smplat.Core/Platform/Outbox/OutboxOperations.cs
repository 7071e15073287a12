using Microsoft.Extensions.Logging;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Platform.Outbox;

/// <summary>What operators can do with messages: list them, and put dead or suppressed ones back in the queue.</summary>
public sealed class OutboxOperations(OutboxStore store, TimeProvider clock, ILogger<OutboxOperations> logger)
{
    public Task<IReadOnlyList<MessageRow>> ListAsync(ListMessages query, CancellationToken cancellationToken) =>
        store.ListAsync(query, cancellationToken);

    /// <summary>
    /// A message with reason <c>delivery_unknown</c> may have arrived. Search the mail server's log for its Message-ID
    /// first; a redriven message has the same Message-ID.
    /// </summary>
    /// <returns>How many were put back in the queue.</returns>
    public async Task<int> RedriveAsync(RedriveMessages command, CancellationToken cancellationToken)
    {
        var count = await store.RedriveAsync(command, clock.GetUtcNow(), cancellationToken);
        OutboxLog.Intervened(logger, command.Actor, "redrive", count);
        return count;
    }

    /// <summary>Puts a dead message back in the queue, if it is still dead for the reason that was read.</summary>
    /// <param name="reason">Empty for a message without a reason.</param>
    public async Task<bool> RedriveDeadAsync(Guid id, string reason, string actor, string why, CancellationToken cancellationToken)
    {
        var isDone = await store.RedriveDeadAsync(id, reason, actor, why, clock.GetUtcNow(), cancellationToken);
        OutboxLog.Intervened(logger, actor, "redrive", isDone ? 1 : 0);
        return isDone;
    }
}

/// <summary>Which messages to list, newest first.</summary>
/// <param name="Before">The id of a message; only older messages are listed.</param>
public sealed record ListMessages(string? Status, string? Kind, string? Reason, Guid? Before, int Limit)
{
    public static ListMessages Read(Fields fields) => new(
        fields.Label("status", OutboxStatus.All),
        fields.Text("kind", 1, 100),
        fields.Text("reason", 1, 100),
        fields.Guid("before"),
        fields.Integer("limit", 1, 200) ?? 50);
}

/// <summary>A message as operators see it: its status and why, without address and content.</summary>
public sealed record MessageRow
{
    public required Guid Id { get; init; }

    public required string Kind { get; init; }

    public required string Channel { get; init; }

    public required string IdempotencyKey { get; init; }

    public required string Status { get; init; }

    public string? Reason { get; init; }

    public string? Error { get; init; }

    public required int Attempts { get; init; }

    public required int Rescues { get; init; }

    public required DateTimeOffset NotBefore { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? SentAt { get; init; }

    public string? ProviderMessageId { get; init; }
}

/// <summary>Put dead or suppressed messages back in the queue: some by id, or the oldest with a reason.</summary>
/// <param name="Limit">At most this many, oldest first; 1 to 1000.</param>
public sealed record RedriveMessages(
    IReadOnlyList<Guid> Ids, string? Kind, string? Reason, int Limit, string Actor, string Why)
{
    public static RedriveMessages Read(Fields fields)
    {
        var ids = new List<Guid>();
        foreach (var text in fields.Texts("ids", 1000, 40))
        {
            if (Guid.TryParse(text, out var id))
            {
                ids.Add(id);
            }
            else
            {
                fields.Error("ids", "A list of UUIDs is expected.", "uuid_parsing");
            }
        }

        fields.Describe("ids", "The ids of some messages", format: "uuid");
        var reason = fields.Text("message_reason", 1, 100);
        fields.Describe("message_reason", "The oldest messages with this reason, such as attempts_exhausted");
        fields.RequireAny(ids.Count > 0 || reason is not null, "Either ids or message_reason is required.", "ids", "message_reason");

        return new(
            ids,
            fields.Text("kind", 1, 100),
            reason,
            fields.Integer("limit", 1, 1000) ?? 100,
            fields.RequiredText("actor", 1, 120),
            fields.RequiredText("reason", 1, 500));
    }
}
