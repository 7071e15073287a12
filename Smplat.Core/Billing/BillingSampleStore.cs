using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Billing;

/// <summary>Rows for a new local database; adding them again changes nothing.</summary>
internal sealed class BillingSampleStore(NpgsqlDataSource database)
{
    private const string Add = """
        with person as (
            insert into users (id, email, display_name, time_zone)
            values (@id, @email, @name, @zone)
            on conflict do nothing
            returning id
        ),
        preference as (
            insert into notification_preferences (user_id, marketing_messages, billing_alerts)
            select id, true, true from person
            on conflict do nothing
        ),
        invoice as (
            insert into invoices (id, invoice_number, workspace_id, total, balance_due, currency, due_at, created_at, updated_at)
            select id, @number, id, @amount, @amount, 'EUR', @now, @now, @now from person
            on conflict do nothing
            returning id, workspace_id
        )
        insert into hosted_checkout_sessions (
            id, session_id, workspace_id, invoice_id, status, last_error, next_retry_at, metadata, created_at, updated_at)
        select id, 'cs_sample_' || @number, workspace_id, id, 'failed', 'card_declined', @now,
            '{"success_url": "http://localhost:3000/billing/paid", "cancel_url": "http://localhost:3000/billing"}', @now, @now
        from invoice
        on conflict do nothing
        """;

    // Invoices and their sessions go with the person; messages to the person go too.
    private const string Drop =
        """
        delete from notification_outbox where user_id = @id;
        update invoices set hosted_session_id = null where workspace_id = @id;
        delete from users where id = @id;
        """;

    public async Task DropAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(Drop, new { id }, cancellationToken));
    }

    public async Task AddAsync(
        Guid id,
        string email,
        string name,
        string zone,
        string number,
        decimal amount,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            Sql.Command(Add, new { id, email, name, zone, number, amount, now }, cancellationToken));
    }
}
