using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Commerce.Providers;

/// <summary>Table <c>commerce.vendor_call</c>.</summary>
public sealed class VendorCallStore(NpgsqlDataSource database)
{
    // Additive and in a fixed order of keys, so that instances neither overwrite each other nor deadlock.
    private const string AddCalls =
        """
        insert into commerce.vendor_call
            (provider_id, endpoint, hour_start, status_class, calls, latency_ms, last_at)
        select provider_id, endpoint, hour_start, status_class, calls, latency_ms, last_at
        from unnest(@Providers, @Endpoints, @Hours, @Classes, @Calls, @Latencies, @Last)
            as booked (provider_id, endpoint, hour_start, status_class, calls, latency_ms, last_at)
        order by provider_id, endpoint, hour_start, status_class
        on conflict (provider_id, endpoint, hour_start, status_class) do update
        set calls = vendor_call.calls + excluded.calls,
            latency_ms = vendor_call.latency_ms + excluded.latency_ms,
            last_at = greatest(vendor_call.last_at, excluded.last_at)
        """;

    private const string ReadSince =
        """
        select provider_id, endpoint, hour_start, status_class, calls, latency_ms, last_at
        from commerce.vendor_call
        where hour_start >= @since
        order by hour_start, provider_id, endpoint, status_class
        """;

    private const string DeleteBefore = "delete from commerce.vendor_call where hour_start < @before";

    /// <summary>An hour has a few dozen rows, so one statement is enough.</summary>
    public async Task<int> TrimAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(DeleteBefore, new { before }, cancellationToken));
    }

    public async Task AddAsync(IReadOnlyList<VendorCallRow> rows, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(
            AddCalls,
            new
            {
                Providers = rows.Select(row => row.ProviderId).ToArray(),
                Endpoints = rows.Select(row => row.Endpoint).ToArray(),
                Hours = rows.Select(row => row.HourStart.UtcDateTime).ToArray(),
                Classes = rows.Select(row => row.StatusClass).ToArray(),
                Calls = rows.Select(row => row.Calls).ToArray(),
                Latencies = rows.Select(row => row.LatencyMs).ToArray(),
                Last = rows.Select(row => row.LastAt.UtcDateTime).ToArray(),
            },
            cancellationToken));
    }

    public async Task<IReadOnlyList<VendorCallRow>> ReadAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<VendorCallRow>(Sql.Command(ReadSince, new { since }, cancellationToken))).AsList();
    }
}
