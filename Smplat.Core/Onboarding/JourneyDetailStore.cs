using System.Text.Json;
using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Onboarding;

/// <summary>Reads for the operators' page of one journey, over tables of several features.</summary>
public sealed class JourneyDetailStore(NpgsqlDataSource database)
{
    private const string ListInteractions =
        """
        select id, actor_type, channel, summary, details, created_at, metadata::text
        from onboarding_interactions
        where journey_id = @Id
        order by created_at desc, id desc
        limit 50
        """;

    // Providers by their newest order; each item once.
    private const string ListProviders =
        """
        select p.provider_id, max(p.provider_name) as provider_name, p.order_item_id, i.product_title,
            max(max(p.created_at)) over (partition by p.provider_id) as newest
        from fulfillment_provider_orders p
        join order_items i on i.id = p.order_item_id
        where p.order_id = @OrderId
        group by p.provider_id, p.order_item_id, i.product_title
        order by newest desc, p.provider_id, i.product_title
        """;

    public async Task<IReadOnlyList<InteractionRow>> ListInteractionsAsync(Guid journeyId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<(Guid Id, string Actor, string Channel, string? Summary, string? Details, DateTimeOffset At, string Metadata)>(
            Sql.Command(ListInteractions, new { Id = journeyId }, cancellationToken));
        return
        [
            .. rows.Select(row => new InteractionRow(
                row.Id, row.Actor, row.Channel, row.Summary, row.Details, row.At, JsonSerializer.Deserialize<JsonElement>(row.Metadata))),
        ];
    }

    public async Task<IReadOnlyList<ProviderReference>> ListProvidersAsync(Guid orderId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<(string ProviderId, string? Name, Guid ItemId, string Title, DateTimeOffset Newest)>(
            Sql.Command(ListProviders, new { OrderId = orderId }, cancellationToken));
        return
        [
            .. rows.GroupBy(row => row.ProviderId).Select(group => new ProviderReference(
                group.Key,
                group.First().Name,
                [.. group.Select(row => new ProviderItem(row.ItemId, row.Title))],
                null)),
        ];
    }
}
