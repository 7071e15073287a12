using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Payments;

/// <summary>Table <c>webhook_events</c>: the inbox.</summary>
public sealed class WebhookStore(NpgsqlDataSource database)
{
    // One row per event. A concurrent second delivery waits here until the first one ends.
    private const string Insert =
        """
        insert into webhook_events (id, provider, external_id, event_type, status, references_to, payload, received_at, processed_at)
        values (@Id, 'stripe', @ExternalId, @EventType, 'processed', @References, @Payload::jsonb, @Now, @Now)
        on conflict on constraint uq_webhook_events_provider_external do nothing
        """;

    private const string LockStatus =
        "select status from webhook_events where provider = 'stripe' and external_id = @ExternalId for update";

    private const string SetStatus =
        """
        update webhook_events
        set status = @Status, attempts = attempts + @Attempts, processed_at = @Now
        where provider = 'stripe' and external_id = @ExternalId
        """;

    private const string ListParkedFor =
        """
        select id, received_at, payload::text as payload
        from webhook_events
        where status = 'parked' and references_to && @References
        order by received_at, id
        limit @Limit
        """;

    private const string ListParkedAfter =
        """
        select id, received_at, payload::text as payload
        from webhook_events
        where status = 'parked' and (received_at, id) > (@ReceivedAt, @Id)
        order by received_at, id
        limit @Limit
        """;

    // They have waited long enough; operators are notified.
    private const string AbandonOld =
        """
        update webhook_events
        set status = 'abandoned', processed_at = @Now
        where status = 'parked' and received_at < @Before
        returning external_id, event_type
        """;

    /// <returns>False when the event is in the inbox already.</returns>
    public async Task<bool> InsertAsync(
        StripeEvent message,
        IReadOnlyList<string> references,
        DateTimeOffset now,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken) =>
        await transaction.Connection!.ExecuteAsync(Sql.Command(
            Insert,
            new
            {
                Id = Guid.CreateVersion7(now),
                ExternalId = message.Id,
                EventType = message.Type,
                References = references.ToArray(),
                Payload = message.Json,
                Now = now,
            },
            cancellationToken,
            transaction)) == 1;

    public Task<string?> LockStatusAsync(string externalId, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteScalarAsync<string>(Sql.Command(
            LockStatus, new { ExternalId = externalId }, cancellationToken, transaction));

    public Task SetStatusAsync(
        string externalId,
        string status,
        bool isRepeated,
        DateTimeOffset now,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(
            SetStatus,
            new { ExternalId = externalId, Status = status, Attempts = isRepeated ? 1 : 0, Now = now },
            cancellationToken,
            transaction));

    public Task<IReadOnlyList<ParkedEvent>> ListParkedAsync(
        IReadOnlyList<string> references, int limit, CancellationToken cancellationToken) =>
        ListAsync(ListParkedFor, new { References = references.ToArray(), Limit = limit }, cancellationToken);

    /// <param name="last">The last one of the page before; null lists the oldest.</param>
    public Task<IReadOnlyList<ParkedEvent>> ListParkedAfterAsync(ParkedEvent? last, int limit, CancellationToken cancellationToken) =>
        ListAsync(
            ListParkedAfter,
            new { ReceivedAt = last?.ReceivedAt ?? DateTimeOffset.UnixEpoch, Id = last?.Id ?? Guid.Empty, Limit = limit },
            cancellationToken);

    public async Task<IReadOnlyList<(string Id, string? Type)>> AbandonAsync(
        DateTimeOffset before, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<(string, string?)>(Sql.Command(
            AbandonOld, new { Before = before, Now = now }, cancellationToken))).AsList();
    }

    private async Task<IReadOnlyList<ParkedEvent>> ListAsync(string statement, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<ParkedEvent>(Sql.Command(statement, parameters, cancellationToken))).AsList();
    }
}

/// <summary>An event that waits for its payment.</summary>
public sealed record ParkedEvent
{
    public required Guid Id { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required string Payload { get; init; }
}
