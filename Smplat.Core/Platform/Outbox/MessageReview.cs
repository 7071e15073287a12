using Microsoft.Extensions.Logging;

namespace Smplat.Core.Platform.Outbox;

/// <summary>Operators look at messages and send them on their way again.</summary>
public sealed class MessageReview(MessageStore store, TimeProvider clock, ILogger<MessageReview> logger)
{
    public Task<IReadOnlyList<MessageRow>> ListAsync(ListMessages query, CancellationToken cancellationToken) =>
        store.ListAsync(query, cancellationToken);

    /// <summary>
    /// A message with reason <c>delivery_unknown</c> may have arrived: look for its Message-ID in the mail server's log
    /// before. It carries the same Message-ID again.
    /// </summary>
    public async Task<int> RedriveAsync(RedriveMessages command, CancellationToken cancellationToken)
    {
        var count = await store.RedriveAsync(command, clock.GetUtcNow(), cancellationToken);
        NotificationLog.Intervened(logger, command.Actor, "redrive", count);
        return count;
    }

    /// <summary>Sends a dead message again, if it is still dead for the reason that was read.</summary>
    /// <param name="reason">Empty for a message without a reason.</param>
    public Task<bool> RedriveDeadAsync(Guid id, string reason, CancellationToken cancellationToken) =>
        store.RedriveDeadAsync(id, reason, clock.GetUtcNow(), cancellationToken);
}
