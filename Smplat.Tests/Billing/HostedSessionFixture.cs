using Smplat.Core.Billing;
using Smplat.Tests.Platform.Outbox;

namespace Smplat.Tests.Billing;

internal static class HostedSessionFixture
{
    public static async Task<Guid> AnInvoiceAsync(
        this OutboxFixture rig, Guid workspace, string number = "INV-1", string status = "issued", decimal balance = 320)
    {
        var id = Guid.NewGuid();
        await rig.ExecuteAsync(
            """
            insert into invoices (id, invoice_number, workspace_id, status, total, balance_due, currency, created_at)
            values (@id, @number, @workspace, @status, @balance, @balance, 'USD', @now)
            """,
            new { id, number, workspace, status, balance, now = rig.Clock.GetUtcNow() });
        return id;
    }

    public static async Task<Guid> ASessionAsync(
        this OutboxFixture rig,
        Guid invoice,
        string status = "failed",
        int retries = 0,
        DateTimeOffset? nextRetryAt = null,
        DateTimeOffset? expiresAt = null)
    {
        var id = Guid.NewGuid();
        await rig.ExecuteAsync(
            """
            insert into hosted_checkout_sessions (
                id, session_id, workspace_id, invoice_id, status, retry_count, next_retry_at, expires_at, metadata, created_at, updated_at)
            select @id, @name, workspace_id, id, @status, @retries, @nextRetryAt, @expiresAt,
                '{"success_url":"https://shop.test/ok","cancel_url":"https://shop.test/no"}', @now, @now
            from invoices where id = @invoice
            """,
            new { id, name = $"cs_{id:N}", invoice, status, retries, nextRetryAt, expiresAt, now = rig.Clock.GetUtcNow() });
        return id;
    }

    public static Task<HostedRecoveryReport> RecoverAsync(
        this OutboxFixture rig, string by = "unit-test", int? limit = null, int? maxAttempts = null) =>
        rig.Get<HostedRecovery>().RunAsync(by, limit, maxAttempts, CancellationToken.None);

    public static async Task<HostedSession> SessionAsync(this OutboxFixture rig, Guid id) =>
        (await rig.Get<HostedSessionStore>().FindAsync(id, CancellationToken.None))!;
}
