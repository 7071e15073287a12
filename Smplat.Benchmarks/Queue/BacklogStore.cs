using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Benchmarks.Queue;

/// <summary>Fills the app's tables with due tasks: a hundred per item, or four per order, which they complete.</summary>
internal sealed class BacklogStore(string connectionString) : IAsyncDisposable
{
    private const string Clear = "truncate products, orders, fulfillment_tasks, fulfillment_claim, notification_outbox cascade";

    private const string InsertOrders =
        """
        with made as (
            insert into orders (id, order_number, status)
            select ('00000000-0000-7000-8002-' || lpad(to_hex(number), 12, '0'))::uuid, 'B' || number,
                case when @CompletesOrders then 'processing' else 'active' end
            from generate_series(0, @Orders - 1) as number
            returning id
        )
        insert into order_items (id, order_id, product_title, unit_price, total_price)
        select id, id, 'bench', 1, 1
        from made
        """;

    private const string InsertTasks =
        """
        insert into fulfillment_tasks (id, order_item_id, ordinal, task_type, title, payload, scheduled_at, due_at)
        select ('00000000-0000-7000-8000-' || lpad(to_hex(number), 12, '0'))::uuid,
            ('00000000-0000-7000-8002-' || lpad(to_hex(number / @PerOrder), 12, '0'))::uuid,
            number % @PerOrder, 'content_promotion', 'bench', '{}',
            now() - interval '1 hour' + number * interval '1 millisecond', now()
        from generate_series(0, @Tasks - 1) as number
        """;

    // A task that is not due keeps its order open.
    private const string InsertLaterTasks =
        """
        insert into fulfillment_tasks (id, order_item_id, ordinal, task_type, title, payload, scheduled_at, due_at)
        select gen_random_uuid(), id, 1000000, 'content_promotion', 'bench', '{}', now() + interval '1 day', now() + interval '1 day'
        from order_items
        """;

    private const string CountCompleted = "select count(*) from fulfillment_tasks where status = 'completed'";

    private const string CountDead = "select coalesce(sum(n_dead_tup), 0) from pg_stat_user_tables where relname = 'fulfillment_tasks'";

    // A snapshot holds back vacuum; a transaction has one only after its first read.
    private const string HoldSnapshot = "begin isolation level repeatable read; select 1";

    private readonly NpgsqlDataSource _database = NpgsqlDataSource.Create(connectionString);

    public async Task FillAsync(int tasks, bool completesOrders, CancellationToken cancellationToken)
    {
        var perOrder = completesOrders ? 4 : 100;
        var parameters = new { Tasks = tasks, PerOrder = perOrder, Orders = (tasks + perOrder - 1) / perOrder, CompletesOrders = completesOrders };
        await using var connection = await _database.OpenConnectionAsync(cancellationToken);
        foreach (var statement in completesOrders
            ? new[] { Clear, InsertOrders, InsertTasks, "vacuum analyze", "checkpoint -- every measurement starts with clean pages" }
            : [Clear, InsertOrders, InsertTasks, InsertLaterTasks, "vacuum analyze", "checkpoint -- every measurement starts with clean pages"])
        {
            await connection.ExecuteAsync(Sql.Command(statement, parameters, cancellationToken, timeoutSeconds: 300));
        }
    }

    public async Task<long> CountCompletedAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(Sql.Command(CountCompleted, null, cancellationToken));
    }

    public async Task<long> CountDeadRowsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(Sql.Command(CountDead, null, cancellationToken));
    }

    /// <returns>A connection that stays idle in a transaction until disposed.</returns>
    public static async Task<NpgsqlConnection> HoldSnapshotAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(HoldSnapshot, null, cancellationToken));
        return connection;
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
