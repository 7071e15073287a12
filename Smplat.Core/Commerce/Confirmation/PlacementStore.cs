using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>The attempts of which nothing is proven, as operators see and settle them.</summary>
public sealed class PlacementStore(NpgsqlDataSource database)
{
    // Attempts of confirmations that are still running are not among them.
    private const string ListOpen =
        """
        select attempt.id, coalesce(session.request_id, '') as request_id, attempt.provider_id, attempt.outcome as state,
            attempt.idempotency_key as attempt, attempt.total_cents, coalesce(attempt.submitted_at, attempt.started_at) as since,
            attempt.attention_at, attempt.evidence, ordered.mealme_order_id as vendor_order_id
        from commerce.order_attempts attempt
        left join commerce.routing_sessions session on session.id = attempt.session_id
        left join commerce.mealme_order ordered on ordered.idempotency_key = attempt.idempotency_key
        where attempt.outcome in ('started', 'submitted', 'unknown')
            and (attempt.outcome = 'unknown' or attempt.attention_at is not null)
        order by attempt.started_at
        limit @limit
        """;

    // The order of an operator's answer and of a late one of the provider is decided by the row.
    private const string Settle =
        """
        update commerce.order_attempts
        set outcome = @outcome, provider_order_id = @providerOrderId, settled_by = @actor, evidence = @reason, finished_at = @now
        where id = @id and attention_at is not null and outcome in ('started', 'submitted', 'unknown')
        returning session_id
        """;

    private const string Exists = "select exists (select 1 from commerce.order_attempts where id = @id)";

    internal async Task<IReadOnlyList<OpenPlacementRow>> ListOpenAsync(int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<OpenPlacementRow>(Sql.Command(ListOpen, new { limit }, cancellationToken))).AsList();
    }

    /// <returns>The session of the attempt; null when it does not wait for an operator.</returns>
    public async Task<Guid?> SettleAsync(Guid id, SettlePlacement command, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<Guid?>(Sql.Command(
            Settle,
            new
            {
                id,
                outcome = command.IsPlaced ? "placed" : "failed",
                providerOrderId = command.IsPlaced ? command.ProviderOrderId : null,
                command.Actor,
                command.Reason,
                now,
            },
            cancellationToken));
    }

    public async Task<bool> ExistsAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<bool>(Sql.Command(Exists, new { id }, cancellationToken));
    }
}

/// <summary>An open placement as it is read; the members are set by Dapper.</summary>
internal sealed record OpenPlacementRow
{
    public required Guid Id { get; init; }

    public required string RequestId { get; init; }

    public required string ProviderId { get; init; }

    public required string State { get; init; }

    public required string Attempt { get; init; }

    public required long TotalCents { get; init; }

    public required DateTimeOffset Since { get; init; }

    public DateTimeOffset? AttentionAt { get; init; }

    public string? Evidence { get; init; }

    public string? VendorOrderId { get; init; }

    public OpenPlacement ToPlacement() => new(
        Id,
        RequestId,
        ProviderId,
        State,
        Attempt,
        TotalCents,
        Since,
        AttentionAt is null
            ? null
            : $"Ask {ProviderId} whether {VendorOrderId ?? $"an order with our id {Attempt}"} exists ({Evidence}). "
                + "If it does, settle it as placed with the provider's id. "
                + "If it does not, have the provider cancel it for good, then settle it as not_placed.");
}
