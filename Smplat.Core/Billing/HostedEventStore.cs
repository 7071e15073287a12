using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Billing;

/// <summary>Moves sessions, and their invoices, by the payment provider's events; in the event's own transaction.</summary>
public sealed class HostedEventStore
{
    private const string Lock = """
        select id, status
        from hosted_checkout_sessions
        where id = @ownId
            or session_id = any(@references)
            or metadata ->> 'payment_intent' = any(@references)
        order by id
        for update
        """;

    private const string Move = """
        update hosted_checkout_sessions
        set status = @status,
            completed_at = case when @status = 'completed' then @now else completed_at end,
            cancelled_at = case when @status = 'expired' then @now else cancelled_at end,
            next_retry_at = case when @status = 'completed' or exhausted_at is not null then null else @nextRetryAt end,
            last_error = coalesce(@error, last_error),
            metadata = metadata || jsonb_strip_nulls(
                jsonb_build_object('last_webhook_event', @eventType::text, 'payment_intent', @intent::text)),
            updated_at = @now
        where id = @id
        returning invoice_id
        """;

    private const string Settle = """
        update invoices
        set status = 'paid', paid_at = coalesce(paid_at, @now), balance_due = 0, updated_at = @now
        where id = @invoiceId and status <> 'void'
        """;

    public async Task<IReadOnlyList<(Guid Id, string Status)>> LockAsync(
        string[] references, Guid? ownId, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        (await transaction.Connection!.QueryAsync<(Guid, string)>(
            Sql.Command(Lock, new { references, ownId }, cancellationToken, transaction))).AsList();

    public async Task MoveAsync(
        Guid id,
        string status,
        string eventType,
        string? intent,
        string? error,
        DateTimeOffset now,
        DateTimeOffset nextRetryAt,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        var parameters = new { id, status, eventType, intent, error, now, nextRetryAt };
        var invoiceId = await transaction.Connection!.QuerySingleAsync<Guid>(
            Sql.Command(Move, parameters, cancellationToken, transaction));
        if (status == HostedStatus.Completed)
        {
            await transaction.Connection!.ExecuteAsync(
                Sql.Command(Settle, new { invoiceId, now }, cancellationToken, transaction));
        }
    }
}
