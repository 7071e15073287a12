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
}
