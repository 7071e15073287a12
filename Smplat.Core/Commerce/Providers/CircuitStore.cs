using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Resilience;

namespace Smplat.Core.Commerce.Providers;

/// <summary>Table <c>commerce.provider_circuit</c>: which circuits are open or half-open in which instance.</summary>
public sealed class CircuitStore(NpgsqlDataSource database)
{
    private const int TimeoutSeconds = 3;

    // An instance writes only its own rows, all together: a provider that it leaves out is closed.
    private const string Replace =
        """
        with closed as (
            delete from commerce.provider_circuit
            where instance = @instance and not provider_id = any(@providers)
        )
        insert into commerce.provider_circuit (instance, provider_id, position, seen_at)
        select @instance, provider_id, position, @now
        from unnest(@providers, @positions) as circuit (provider_id, position)
        on conflict (instance, provider_id) do update set position = excluded.position, seen_at = excluded.seen_at
        """;

    private const string Read =
        """
        select provider_id, count(*) as instances, bool_or(position = 'open') as is_open
        from commerce.provider_circuit
        where seen_at >= @since
        group by provider_id
        """;

    private const string Forget = "delete from commerce.provider_circuit where seen_at < @before";

    public async Task ReplaceAsync(
        string instance,
        IReadOnlyList<(ProviderId Id, CircuitState Position)> notClosed,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var providers = notClosed.Select(circuit => circuit.Id.ToWire()).ToArray();
        var positions = notClosed.Select(circuit => circuit.Position == CircuitState.Open ? "open" : "half-open").ToArray();
        await connection.ExecuteAsync(Sql.Command(
            Replace, new { instance, providers, positions, now }, cancellationToken, timeoutSeconds: TimeoutSeconds));
    }

    public async Task<IReadOnlyList<CircuitSummary>> ReadAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<CircuitSummary>(
            Sql.Command(Read, new { since }, cancellationToken, timeoutSeconds: TimeoutSeconds))).AsList();
    }

    public async Task ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(Forget, new { before }, cancellationToken));
    }
}

/// <param name="Instances">Instances whose circuit to the provider is not closed.</param>
public sealed record CircuitSummary(string ProviderId, long Instances, bool IsOpen);
