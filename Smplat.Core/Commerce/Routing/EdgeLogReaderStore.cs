using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Commerce.Routing;

/// <summary>Finds log lines for operators.</summary>
public sealed class EdgeLogReaderStore(NpgsqlDataSource database)
{
    private const string Newest =
        """
        select "timestamp", level, event, request_id, coalesce(provider_id, selected_provider_id) as provider_id,
            coalesce(latency_ms, total_latency_ms) as latency_ms, total_cents, error_code, error
        from edge_logs
        where "timestamp" >= @since
            and (@provider::text is null or provider_id = @provider or selected_provider_id = @provider)
            and (@eventName::text is null or event = @eventName)
            and (@requestId::text is null or request_id = @requestId)
        order by "timestamp" desc, id desc
        limit @limit
        """;

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<EdgeLogLine>> ListAsync(EdgeLogQuery query, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<EdgeLogLine>(Sql.Command(
            Newest,
            new { query.Since, query.Provider, query.EventName, query.RequestId, query.Limit },
            cancellationToken))).AsList();
    }
}

/// <param name="Provider">Wire name, or null for all.</param>
public sealed record EdgeLogQuery(DateTimeOffset Since, string? Provider, string? EventName, string? RequestId, int Limit);

public sealed record EdgeLogLine(
    DateTimeOffset Timestamp,
    string Level,
    string Event,
    string? RequestId,
    string? ProviderId,
    int? LatencyMs,
    long? TotalCents,
    string? ErrorCode,
    string? Error);
