using System.Text.Json;
using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Guardrails;

/// <summary>
/// Tables <c>provider_guardrail_followup</c>, <c>provider_guardrail_status</c> and <c>provider_guardrail_position</c>, and the
/// orders at providers that telemetry is read from.
/// </summary>
public sealed class FollowUpStore(NpgsqlDataSource database)
{
    private const int TelemetryOrders = 50;

    private const string Columns =
        """
        id, position, provider_id, provider_name, action, source, notes, platform_context::text as platform_context,
        attachments::text as attachments, conversion_cursor, conversion_href, created_at
        """;

    private const string StatusColumns = "provider_id, provider_name, is_paused, last_action, updated_at, last_follow_up_id";

    // The trigger numbers the row and so takes the lock on the position: from here to the commit, no other follow-up is added.
    private const string Add =
        """
        insert into provider_guardrail_followup (
            id, provider_id, provider_name, action, source, notes, platform_context, attachments, conversion_cursor, conversion_href,
            created_at)
        values (
            @Id, @ProviderId, @ProviderName, @Action, @Source, @Notes, @PlatformContext::jsonb, @Attachments::jsonb, @ConversionCursor,
            @ConversionHref, @CreatedAt)
        on conflict (id) do nothing
        """;

    // An escalation leaves the pause as it is; a follow-up without a name keeps the known one.
    private const string UpsertStatus =
        $"""
        insert into provider_guardrail_status as known (
            provider_id, provider_name, last_action, is_paused, last_source, updated_at, last_follow_up_id)
        values (@ProviderId, @ProviderName, @Action, @Action = 'pause', @Source, @CreatedAt, @Id)
        on conflict (provider_id) do update
        set provider_name = coalesce(excluded.provider_name, known.provider_name),
            last_action = excluded.last_action,
            is_paused = case excluded.last_action when 'pause' then true when 'resume' then false else known.is_paused end,
            last_source = excluded.last_source,
            updated_at = excluded.updated_at,
            last_follow_up_id = excluded.last_follow_up_id
        returning {StatusColumns}
        """;

    private const string Find = $"select {Columns} from provider_guardrail_followup where id = @Id";

    private const string List =
        $"""
        select {Columns}
        from provider_guardrail_followup
        where provider_id = @ProviderId and (@At::timestamptz is null or (created_at, position) < (@At, @Position))
        order by created_at desc, position desc
        limit @Limit
        """;

    private const string ListForward =
        $"""
        select {Columns}
        from provider_guardrail_followup
        where position > @After
            and (@Since::timestamptz is null or created_at >= @Since)
            and (@ProviderId::text is null or provider_id = @ProviderId)
        order by position
        limit @Limit
        """;

    private const string ListStatuses = $"select {StatusColumns} from provider_guardrail_status where provider_id = any(@Ids)";

    private const string ListPaused = $"select {StatusColumns} from provider_guardrail_status where is_paused order by provider_id";

    private const string CountActivity =
        "select count(*) from provider_guardrail_followup where created_at >= @since and created_at < @until";

    private const string ListLatest =
        """
        select provider_id, provider_name, action, source
        from provider_guardrail_followup
        where created_at >= @since and created_at < @until
        order by created_at desc, position desc
        limit @latest
        """;

    private const string ListOrders =
        """
        select coalesce(amount, 0) as amount, service_id, payload::text as payload
        from fulfillment_provider_orders
        where provider_id = @ProviderId
        order by created_at desc, id desc
        limit @Limit
        """;

    /// <returns>False when the id is stored already; nothing was added.</returns>
    public async Task<bool> AddAsync(FollowUp entry, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        await transaction.Connection!.ExecuteAsync(Sql.Command(
            Add,
            new
            {
                entry.Id,
                entry.ProviderId,
                entry.ProviderName,
                entry.Action,
                entry.Source,
                entry.Notes,
                PlatformContext = entry.PlatformContext is { } context ? JsonSerializer.Serialize(context, JsonSerializerOptions.Web) : null,
                Attachments = JsonSerializer.Serialize(entry.Attachments, JsonSerializerOptions.Web),
                entry.ConversionCursor,
                entry.ConversionHref,
                entry.CreatedAt,
            },
            cancellationToken,
            transaction)) == 1;

    public Task<GuardrailStatus> UpsertStatusAsync(FollowUp entry, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.QuerySingleAsync<GuardrailStatus>(Sql.Command(
            UpsertStatus,
            new { entry.ProviderId, entry.ProviderName, entry.Action, entry.Source, entry.CreatedAt, entry.Id },
            cancellationToken,
            transaction));

    public async Task<FollowUp?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        (await ReadAsync(Find, new { Id = id }, cancellationToken)).SingleOrDefault();

    public Task<IReadOnlyList<FollowUp>> ListAsync(
        string providerId, FollowUpCursor? before, int limit, CancellationToken cancellationToken) => ReadAsync(
        List,
        new { ProviderId = providerId, At = before?.At, Position = before?.Position ?? 0, Limit = limit },
        cancellationToken);

    public Task<IReadOnlyList<FollowUp>> ListForwardAsync(FollowUpSelection selection, CancellationToken cancellationToken) => ReadAsync(
        ListForward,
        new { selection.After, selection.Since, selection.ProviderId, selection.Limit },
        cancellationToken);

    public async Task<IReadOnlyList<GuardrailStatus>> ListStatusesAsync(
        IReadOnlyCollection<string> providerIds, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<GuardrailStatus>(
            Sql.Command(ListStatuses, new { Ids = providerIds.ToArray() }, cancellationToken))).AsList();
    }

    public async Task<GuardrailActivity> ReadActivityAsync(
        DateTimeOffset since, DateTimeOffset until, int latest, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var count = await connection.QuerySingleAsync<long>(Sql.Command(CountActivity, new { since, until }, cancellationToken));
        var deeds = await connection.QueryAsync<GuardrailDeed>(Sql.Command(ListLatest, new { since, until, latest }, cancellationToken));
        var paused = await connection.QueryAsync<GuardrailStatus>(Sql.Command(ListPaused, null, cancellationToken));
        return new(count, deeds.AsList(), paused.AsList());
    }

    /// <returns>Null when there is no order at the provider.</returns>
    public async Task<ProviderTelemetry?> ReadTelemetryAsync(string providerId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var orders = (await connection.QueryAsync<(decimal Amount, string ServiceId, string Payload)>(Sql.Command(
            ListOrders, new { ProviderId = providerId, Limit = TelemetryOrders }, cancellationToken))).AsList();
        return orders.Count == 0 ? null : ProviderTelemetry.From(orders);
    }

    private async Task<IReadOnlyList<FollowUp>> ReadAsync(string statement, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return [.. (await connection.QueryAsync<Row>(Sql.Command(statement, parameters, cancellationToken))).Select(row => row.ToFollowUp())];
    }

    /// <summary>A follow-up as stored, with its JSON as text.</summary>
    private sealed record Row
    {
        public Guid Id { get; init; }

        public long Position { get; init; }

        public required string ProviderId { get; init; }

        public string? ProviderName { get; init; }

        public required string Action { get; init; }

        public required string Source { get; init; }

        public string? Notes { get; init; }

        public string? PlatformContext { get; init; }

        public required string Attachments { get; init; }

        public string? ConversionCursor { get; init; }

        public string? ConversionHref { get; init; }

        public DateTimeOffset CreatedAt { get; init; }

        public FollowUp ToFollowUp() => new()
        {
            Id = Id,
            Position = Position,
            ProviderId = ProviderId,
            ProviderName = ProviderName,
            Action = Action,
            Source = Source,
            Notes = Notes,
            PlatformContext = PlatformContext is null
                ? null
                : JsonSerializer.Deserialize<PlatformContext>(PlatformContext, JsonSerializerOptions.Web),
            Attachments = JsonSerializer.Deserialize<FollowUpAttachment[]>(Attachments, JsonSerializerOptions.Web)!,
            ConversionCursor = ConversionCursor,
            ConversionHref = ConversionHref,
            CreatedAt = CreatedAt,
        };
    }
}
