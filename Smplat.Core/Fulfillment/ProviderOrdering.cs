using System.Text.Json;
using System.Text.Json.Nodes;
using Npgsql;
using Smplat.Core.Orders;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Fulfillment;

/// <summary>
/// Records what is to be ordered from outside providers, together with the tasks. Providers with an order endpoint are called
/// afterwards, by an internal message: no transaction is open during the call.
/// </summary>
public sealed class ProviderOrdering(ProviderStore store, OutboxWriter outbox, TimeProvider clock)
{
    private const decimal MaxAmount = 9_999_999_999.99m;

    public async Task<IReadOnlyList<PlannedProviderOrder>> PlanAsync(
        IReadOnlyList<OrderedItem> items, CancellationToken cancellationToken)
    {
        var overrides = items
            .Where(item => item.Product is not null)
            .SelectMany(item => AddOnOverride.Read(item.Item).Select(entry => (item, entry)))
            .ToArray();
        var services = await store.FindServicesAsync(
            [.. overrides.Select(pair => pair.entry.ServiceId).Distinct()], cancellationToken);
        return
        [
            .. from pair in overrides
               where services.ContainsKey(pair.entry.ServiceId)
               select Plan(pair.item, pair.entry, services[pair.entry.ServiceId]),
        ];
    }

    /// <returns>How many are new.</returns>
    public async Task<int> RecordAsync(
        IReadOnlyList<PlannedProviderOrder> planned, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var (order, hasEndpoint) in planned)
        {
            if (!await store.InsertAsync(order, transaction, cancellationToken))
            {
                continue;
            }

            count++;
            if (hasEndpoint)
            {
                await outbox.EnqueueAsync(Message(order), transaction, cancellationToken);
            }
        }

        return count;
    }

    private PlannedProviderOrder Plan(OrderedItem item, AddOnOverride entry, ServiceListing service)
    {
        var order = new ProviderOrder
        {
            Id = Guid.CreateVersion7(clock.GetUtcNow()),
            OrderId = item.Order.Id,
            OrderItemId = item.Item.Id,
            ProviderId = service.ProviderId,
            ProviderName = service.ProviderName,
            ServiceId = service.ServiceId,
            ServiceAction = service.Action,
            Amount = entry.Amount is { } amount && Math.Abs(amount) <= MaxAmount ? amount : null,
            Currency = service.DefaultCurrency ?? item.Order.Currency,
            Payload = entry.ToPayload(item, service).ToJsonString(),
        };
        return new(order, ProviderEndpoint.Find(JsonNode.Parse(service.ProviderMetadata)) is not null);
    }

    private OutboxMessage Message(ProviderOrder order) => new(
        ProviderOrderHandler.MessageKind,
        OutboxChannel.Internal,
        null,
        null,
        $"{ProviderOrderHandler.MessageKind}:{order.Id}",
        JsonSerializer.Serialize(new { provider_order_id = order.Id }),
        clock.GetUtcNow());
}

/// <param name="HasEndpoint">The provider takes orders by HTTP.</param>
public sealed record PlannedProviderOrder(ProviderOrder Order, bool HasEndpoint);
