using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Fulfillment;

/// <summary>The provider registry and <c>fulfillment_provider_orders</c>.</summary>
public sealed class ProviderStore(NpgsqlDataSource database)
{
    private const string ListServices =
        """
        select service.id as service_id, service.name as service_name, service.action, service.default_currency,
            service.metadata::text as service_metadata, provider.id as provider_id, provider.name as provider_name,
            provider.metadata::text as provider_metadata
        from fulfillment_service service
        join fulfillment_provider provider on provider.id = service.provider_id
        where service.id = any(@Ids)
        """;

    // One order per item and service, however often it is requested.
    private const string Insert =
        """
        insert into fulfillment_provider_orders
            (id, order_id, order_item_id, provider_id, provider_name, service_id, service_action, amount, currency, payload)
        values
            (@Id, @OrderId, @OrderItemId, @ProviderId, @ProviderName, @ServiceId, @ServiceAction, @Amount, @Currency, @Payload::jsonb)
        on conflict on constraint fulfillment_provider_orders_once do nothing
        """;

    private const string Find =
        """
        select id, order_id, order_item_id, provider_id, provider_name, service_id, service_action, amount, currency, payload::text
        from fulfillment_provider_orders
        where id = @Id
        """;

    // Overwrites the members that the provider returned; the others stay.
    private const string MergePayload =
        """
        update fulfillment_provider_orders
        set payload = payload || @Members::jsonb, updated_at = @Now
        where id = @Id
        """;

    public async Task<IReadOnlyDictionary<string, ServiceListing>> FindServicesAsync(
        string[] ids, CancellationToken cancellationToken)
    {
        if (ids.Length == 0)
        {
            return new Dictionary<string, ServiceListing>();
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<ServiceListing>(Sql.Command(ListServices, new { Ids = ids }, cancellationToken)))
            .ToDictionary(service => service.ServiceId);
    }

    /// <returns>False when the item has an order from this service already.</returns>
    public async Task<bool> InsertAsync(ProviderOrder order, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        await transaction.Connection!.ExecuteAsync(Sql.Command(Insert, order, cancellationToken, transaction)) == 1;

    public async Task<ProviderOrder?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<ProviderOrder>(Sql.Command(Find, new { Id = id }, cancellationToken));
    }

    /// <param name="members">JSON object whose members replace those of the payload.</param>
    public async Task MergeAsync(Guid id, string members, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(MergePayload, new { Id = id, Members = members, Now = now }, cancellationToken));
    }
}
