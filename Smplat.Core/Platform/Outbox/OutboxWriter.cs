using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Smplat.Core.Platform.Outbox;

/// <summary>
/// Where messages are left in the transaction of the change that causes them: both commit, or neither does. A job
/// delivers them afterwards.
/// </summary>
public sealed class OutboxWriter(OutboxStore store, ILogger<OutboxWriter> logger)
{
    /// <returns>False when a message with this key exists already; nothing was added then.</returns>
    public Task<bool> EnqueueAsync(
        OutboxMessage message, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection
            ?? throw new InvalidOperationException("The transaction of the message has ended.");
        return store.AddAsync(connection, transaction, message, Activity.Current?.Id, cancellationToken);
    }

    /// <summary>Keeps a message that must not be sent as a row with its reason, so that the decision can be seen.</summary>
    public Task<bool> LeaveSuppressedAsync(
        OutboxMessage message, string reason, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection
            ?? throw new InvalidOperationException("The transaction of the message has ended.");
        NotificationLog.Withheld(logger, message.Kind, reason);
        return store.AddSuppressedAsync(connection, transaction, message, reason, cancellationToken);
    }
}
