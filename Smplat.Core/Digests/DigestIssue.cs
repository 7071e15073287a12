using Npgsql;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Digests;

/// <summary>Issues one person's digest: the claim of the week and the message commit together.</summary>
public sealed class DigestIssue(NpgsqlDataSource database, DigestStore store, OutboxWriter outbox)
{
    /// <returns>True when it was enqueued, false when it is empty, null when the week was claimed before.</returns>
    public async Task<bool?> IssueAsync(DigestReader reader, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var week = DigestWeek.At(now, reader.Zone).Label;
        var content = await store.ReadContentAsync(reader.UserId, cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var outcome = content.IsEmpty ? "empty" : "enqueued";
        if (!await store.ClaimAsync(reader.UserId, week, outcome, now, transaction, cancellationToken))
        {
            return null;
        }

        if (!content.IsEmpty)
        {
            await outbox.EnqueueAsync(
                new(
                    MessageKinds.WeeklyDigest,
                    OutboxChannel.Email,
                    null,
                    reader.UserId,
                    $"digest:{reader.UserId}:{week}",
                    content.ToPayload(week),
                    now),
                transaction,
                cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return !content.IsEmpty;
    }
}
