using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Npgsql;
using Smplat.Core.Orders;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Fulfillment;

/// <summary>
/// Records orders to outside providers, in the same transaction as the tasks. Providers with an order endpoint are called
/// later, through an internal message, so that no transaction is open during the call.
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

    /// <returns>The number of new orders.</returns>
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

/// <summary>An order to a provider for an item.</summary>
public sealed record ProviderOrder
{
    public required Guid Id { get; init; }

    public required Guid OrderId { get; init; }

    public required Guid OrderItemId { get; init; }

    public required string ProviderId { get; init; }

    public string? ProviderName { get; init; }

    public required string ServiceId { get; init; }

    public string? ServiceAction { get; init; }

    public decimal? Amount { get; init; }

    public string? Currency { get; init; }

    /// <summary>JSON object.</summary>
    public required string Payload { get; init; }
}

/// <summary>An add-on of an item that is fulfilled by an outside service.</summary>
/// <param name="AddOn">The add-on as the storefront sent it.</param>
internal sealed record AddOnOverride(string ServiceId, JsonObject AddOn)
{
    // Members of the add-on that are copied unchanged.
    private static readonly string[] Carried =
    [
        "serviceProviderIdOverride", "providerCostAmount", "providerCostCurrency", "marginTarget", "fulfillmentMode",
        "payloadTemplate", "dripPerDay", "previewQuantity", "serviceRules", "providerOrderId", "providerResponse",
    ];

    /// <summary>Reads <c>selected_options.addOns</c>; other add-ons are ignored.</summary>
    public static IReadOnlyList<AddOnOverride> Read(OrderItem item)
    {
        if (OrderItem.Parse(item.SelectedOptions) is not JsonObject options || options["addOns"] is not JsonArray addOns)
        {
            return [];
        }

        return
        [
            .. from addOn in addOns.OfType<JsonObject>()
               where Text(addOn["pricingMode"]) == "serviceOverride"
               let serviceId = Text(addOn["serviceId"])?.Trim()
               where !string.IsNullOrEmpty(serviceId)
               select new AddOnOverride(serviceId, addOn),
        ];
    }

    public decimal? Amount => Number(AddOn["amount"]) ?? Number(AddOn["requestedAmount"]);

    public JsonObject ToPayload(OrderedItem ordered, ServiceListing service)
    {
        var payload = new JsonObject
        {
            ["orderId"] = ordered.Order.Id.ToString(),
            ["orderItemId"] = ordered.Item.Id.ToString(),
            ["productId"] = ordered.Product?.Id.ToString(),
            ["productSlug"] = ordered.Product?.Slug,
            ["addOnId"] = AddOn["id"]?.DeepClone() ?? AddOn["addOnId"]?.DeepClone(),
            ["pricingMode"] = "serviceOverride",
            ["requestedAmount"] = Amount,
            ["fallbackDelta"] = AddOn["fallbackDelta"]?.DeepClone() ?? AddOn["priceDelta"]?.DeepClone(),
            ["service"] = new JsonObject
            {
                ["id"] = service.ServiceId,
                ["name"] = service.ServiceName,
                ["action"] = service.Action,
                ["providerId"] = service.ProviderId,
                ["defaultCurrency"] = service.DefaultCurrency,
                ["metadata"] = JsonNode.Parse(service.ServiceMetadata),
            },
        };
        foreach (var name in Carried)
        {
            payload[name] = AddOn[name]?.DeepClone();
        }

        foreach (var name in payload.Where(member => member.Value is null).Select(member => member.Key).ToArray())
        {
            payload.Remove(name);
        }

        return payload;
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static decimal? Number(JsonNode? node) => node is JsonValue value
        ? value.TryGetValue<decimal>(out var number) ? number
            : decimal.TryParse(value.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out number) ? number
            : null
        : null;
}

/// <summary>A service of an outside provider, as registered.</summary>
public sealed record ServiceListing
{
    public required string ServiceId { get; init; }

    public required string ServiceName { get; init; }

    public required string Action { get; init; }

    public string? DefaultCurrency { get; init; }

    public required string ServiceMetadata { get; init; }

    public required string ProviderId { get; init; }

    public required string ProviderName { get; init; }

    /// <summary>JSON object; may hold <c>automation.endpoints.order</c>.</summary>
    public required string ProviderMetadata { get; init; }
}
