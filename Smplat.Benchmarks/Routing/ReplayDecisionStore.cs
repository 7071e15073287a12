using Npgsql;

namespace Smplat.Benchmarks.Routing;

/// <summary>Fills <c>edge_logs</c> with decisions to replay.</summary>
internal static class ReplayDecisionStore
{
    // Copies of real decisions, so that sizes and content are realistic.
    private const string Multiply =
        """
        insert into edge_logs (function_name, "timestamp", event, request_id, payload)
        select function_name, "timestamp", event, 'copy', payload
        from (select * from edge_logs where event = 'router_decision' and payload is not null limit 1000) as decision,
            generate_series(1, (@count / (select least(1000, count(*)) from edge_logs where event = 'router_decision') + 1)::int)
        limit @count
        """;

    public static async Task AddAsync(NpgsqlDataSource database, long count, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Multiply);
        command.CommandTimeout = 600;
        command.Parameters.AddWithValue("count", count);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
