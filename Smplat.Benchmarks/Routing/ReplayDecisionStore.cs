using Npgsql;

namespace Smplat.Benchmarks.Routing;

/// <summary>Fills <c>edge_logs</c> with decisions to replay.</summary>
internal static class ReplayDecisionStore
{
    // Copies of what was really decided, so that they are as large and as varied as in life.
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
