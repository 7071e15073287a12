using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Payments;

/// <summary>The pages of table <c>payments</c>.</summary>
public sealed class PaymentPageStore(NpgsqlDataSource database)
{
    // What should be closed follows from what is committed, so whoever commits last sees it, and a crash forgets nothing.
    private const string ListSuperseded =
        """
        select page.id as payment_id, page.order_id, page.provider_session_id as session_id
        from payments page
        join orders on orders.id = page.order_id
        where page.provider = 'stripe' and page.provider_session_id is not null and page.page_closed_at is null
            and page.status in ('pending', 'failed') and page.created_at > @Since
            and (@OrderId::uuid is null or page.order_id = @OrderId)
            and (orders.status = 'canceled'
                or exists (
                    select 1
                    from payments paid
                    where paid.order_id = page.order_id and paid.status = 'succeeded')
                or exists (
                    select 1
                    from payments newer
                    where newer.order_id = page.order_id and newer.provider_session_id is not null
                        and newer.page_closed_at is null and newer.status in ('pending', 'failed')
                        and (newer.created_at, newer.id) > (page.created_at, page.id)))
        order by page.created_at desc
        limit @Limit
        """;

    private const string Close =
        "update payments set page_closed_at = coalesce(page_closed_at, @Now), updated_at = @Now where id = @PaymentId";

    /// <param name="orderId">Null looks at all orders.</param>
    /// <param name="since">Pages made before this have ended by themselves.</param>
    public async Task<IReadOnlyList<PaymentPage>> ListSupersededAsync(
        Guid? orderId, DateTimeOffset since, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<PaymentPage>(Sql.Command(
            ListSuperseded, new { OrderId = orderId, Since = since, Limit = limit }, cancellationToken))).AsList();
    }

    public async Task CloseAsync(Guid paymentId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(Close, new { PaymentId = paymentId, Now = now }, cancellationToken));
    }
}
