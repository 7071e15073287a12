using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Smplat.Core.Checkout;

/// <summary>Reads checkouts and takes in what is reported about them.</summary>
public sealed class CheckoutOperations(
    NpgsqlDataSource database, CheckoutStore store, IOptionsMonitor<CheckoutRecoveryOptions> options, TimeProvider clock)
{
    /// <summary>The checkout of an order; made on first read.</summary>
    public async Task<CheckoutOutcome> ReadAsync(Guid orderId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (await store.FindAsync(orderId, connection, cancellationToken) is { } known)
        {
            return await ShowAsync(known, connection, cancellationToken);
        }

        await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
        {
            await store.EnsureAsync([orderId], clock.GetUtcNow(), transaction, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return await store.FindAsync(orderId, connection, cancellationToken) is { } created
            ? await ShowAsync(created, connection, cancellationToken)
            : new CheckoutOutcome.Refused(new CheckoutOrderNotFound());
    }

    /// <summary>Applies an update if the transition table allows it. A repetition changes nothing and is answered the same.</summary>
    public async Task<CheckoutOutcome> UpdateAsync(Guid orderId, CheckoutUpdate update, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
        {
            await store.EnsureAsync([orderId], now, transaction, cancellationToken);
            if (await store.LockAsync([orderId], transaction, cancellationToken) is not [var row])
            {
                return new CheckoutOutcome.Refused(new CheckoutOrderNotFound());
            }

            if ((update.ExpectedStage ?? row.CurrentStage) != row.CurrentStage
                || (update.ExpectedVersion ?? row.Version) != row.Version)
            {
                return new CheckoutOutcome.Refused(new CheckoutMoved(row.CurrentStage, row.Version));
            }

            var verdict = CheckoutPolicy.Decide(row.Standing, update.Stage, update.Status, NextActionAt(update, now), now);
            if (verdict is CheckoutVerdict.Illegal)
            {
                return new CheckoutOutcome.Refused(
                    new IllegalTransition(row.CurrentStage, row.StageStatus, update.Stage, update.Status));
            }

            if (verdict is CheckoutVerdict.Moved moved)
            {
                var step = new CheckoutStep(update.Stage, update.Status, update.Note, update.Payload?.GetRawText() ?? "{}");
                var change = new CheckoutChange(row.Id, moved.Next, update.MetadataPatch?.GetRawText() ?? "{}", [step]);
                await store.WriteAsync([change], now, transaction, cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
        }

        var written = await store.FindAsync(orderId, connection, cancellationToken);
        return written is null
            ? new CheckoutOutcome.Refused(new CheckoutOrderNotFound())
            : await ShowAsync(written, connection, cancellationToken);
    }

    /// <summary>A checkout that waits without a time would never be looked after, so it gets one.</summary>
    private DateTimeOffset? NextActionAt(CheckoutUpdate update, DateTimeOffset now) =>
        update.Status == CheckoutStatus.Waiting
            ? update.NextActionAt ?? now + TimeSpan.FromMinutes(options.CurrentValue.IdleMinutes)
            : null;

    private async Task<CheckoutOutcome> ShowAsync(
        CheckoutRow row, NpgsqlConnection connection, CancellationToken cancellationToken) =>
        new CheckoutOutcome.Known(new(
            row.OrderId,
            row.CurrentStage,
            row.StageStatus,
            row.StartedAt,
            row.CompletedAt,
            row.FailedAt,
            row.NextActionAt,
            JsonSerializer.Deserialize<JsonElement>(row.Metadata),
            row.Version,
            await store.ListEventsAsync(row.Id, connection, cancellationToken)));
}
