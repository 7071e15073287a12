using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Tests.Ops;

/// <summary>Rows that the page shows.</summary>
internal sealed class OpsRows(NpgsqlDataSource database, TimeProvider clock)
{
    public DateTimeOffset Now => clock.GetUtcNow();

    public async Task<Guid> ADeadLetterAsync(string title = "A task", string error = "the provider said no", string orderStatus = "processing")
    {
        var (order, item, task) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await ExecuteAsync(
            """
            insert into orders (id, order_number, status, total) values (@order, @number, @orderStatus, 100);
            insert into order_items (id, order_id, product_title, unit_price, total_price) values (@item, @order, @title, 100, 100);
            insert into fulfillment_tasks (id, order_item_id, task_type, status, title, error_message, scheduled_at, completed_at)
            values (@task, @item, 'follower_growth', 'failed', @title, @error, @Now, @Now);
            insert into fulfillment_task_failure (task_id, attempt, outcome, error, failed_at) values (@task, 4, 'dead_letter', @error, @Now);
            """,
            new { order, item, task, number = $"T-{order:N}", orderStatus, title, error, Now });
        return task;
    }

    public Task AQuoteAsync(string provider, int latency, bool isError = false, TimeSpan? ago = null) => ExecuteAsync(
        """
        insert into edge_logs (function_name, "timestamp", event, provider_id, latency_ms)
        values ('loopgpt_route_order', @at, @name, @provider, @latency)
        """,
        new { at = At(ago), name = isError ? "provider_quote_error" : "provider_quote_success", provider, latency });

    public Task ARequestAsync(int? latency, TimeSpan? ago = null) => ExecuteAsync(
        """
        insert into edge_logs (function_name, "timestamp", event, total_latency_ms)
        values ('loopgpt_route_order', @at, @name, @latency)
        """,
        new { at = At(ago), name = latency is null ? "router_failure" : "router_latency", latency });

    public Task ADecisionAsync(string provider, long cents, long? alternative, long commission, TimeSpan? ago = null) => ExecuteAsync(
        """
        insert into edge_logs
            (function_name, "timestamp", event, selected_provider_id, total_cents, best_alternative_cents, commission_cents)
        values ('loopgpt_route_order', @at, 'router_decision', @provider, @cents, @alternative, @commission)
        """,
        new { at = At(ago), provider, cents, alternative, commission });

    public Task AConfirmationAsync(TimeSpan? ago = null) => ExecuteAsync(
        """
        insert into edge_logs (function_name, "timestamp", event, provider_id, commission_cents)
        values ('loopgpt_confirm_order', @at, 'commerce.confirm_order.success', 'MEALME', 60)
        """,
        new { at = At(ago) });

    /// <summary>The id of a request that began two seconds before.</summary>
    public static string RequestIdAt(DateTimeOffset now, string part = "abcdefghij") => $"req_{now.AddSeconds(-2).ToUnixTimeMilliseconds()}_{part}";

    /// <summary>A request that was routed to MealMe, with a failed quote of Kroger, or one that was not routed.</summary>
    public Task ARoutedRequestAsync(string requestId, string error = "the vendor answered 503", bool isRouted = true, TimeSpan? ago = null) => ExecuteAsync(
        """
        insert into edge_logs (
            function_name, "timestamp", event, level, request_id, provider_id, selected_provider_id, latency_ms, total_latency_ms, total_cents,
            error, error_code, trace_id, payload)
        select 'loopgpt_route_order', @at, line.event, line.level, @requestId, line.provider, line.selected, line.ms, line.total_ms, line.cents,
            case when line.level = 'error' then @error end, line.code, line.trace, line.payload::jsonb
        from (values
            ('provider_quote_success', 'info', 'MEALME', null, 310, null::integer, null::bigint, null, null, null),
            ('provider_quote_error', 'error', 'KROGER_API', null, 620, null, null, 'HTTP_503', null, null),
            ('router_decision', 'info', null, 'MEALME', null, null, 2599, null, null, @payload),
            ('router_latency', 'info', null, null, null, 640, null, null, 'abcdefabcdefabcdefabcdefabcdef12', null),
            ('router_failure', 'error', null, null, null, null, null, 'NO_PROVIDERS_AVAILABLE', 'abcdefabcdefabcdefabcdefabcdef12', null))
            as line (event, level, provider, selected, ms, total_ms, cents, code, trace, payload)
        where line.event in ('provider_quote_success', 'provider_quote_error') or (line.event = 'router_failure') <> @isRouted
        """,
        new { at = At(ago ?? TimeSpan.FromSeconds(1)), requestId, error, isRouted, payload = Decision });

    /// <summary>What the routing log keeps of a decision.</summary>
    private const string Decision =
        """
        {"pref":"balanced","items":3,"score":88.5,"parts":[100,100,100,100,80],
         "quotes":[{"p":"MEALME","pr":50,"t":2599,"e":45,"f":3,"s":0,"c":0.03},{"p":"WALMART_API","pr":20,"t":2899,"e":120,"f":3,"s":0,"c":0.02}]}
        """;

    public async Task<Guid> AMessageAsync(string kind, string status, string? reason = null, string? error = null)
    {
        var id = Guid.NewGuid();
        await ExecuteAsync(
            """
            insert into notification_outbox
                (id, kind, channel, recipient, idempotency_key, payload, status, reason, error, not_before, created_at)
            values (@id, @kind, 'email', 'somebody@example.test', @id::text, '{}', @status, @reason, @error, @Now, @Now)
            """,
            new { id, kind, status, reason, error, Now });
        return id;
    }

    public async Task<T?> ScalarAsync<T>(string statement, object? parameters = null)
    {
        await using var connection = await database.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<T>(Sql.Command(statement, parameters, CancellationToken.None));
    }

    public async Task ExecuteAsync(string statement, object? parameters = null)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(Sql.Command(statement, parameters, CancellationToken.None));
    }

    private DateTimeOffset At(TimeSpan? ago) => Now - (ago ?? TimeSpan.FromMinutes(1));
}
