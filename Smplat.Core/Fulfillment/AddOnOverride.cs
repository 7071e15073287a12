using System.Globalization;
using System.Text.Json.Nodes;
using Smplat.Core.Orders;

namespace Smplat.Core.Fulfillment;

/// <summary>An add-on of an item that routes it to an outside service.</summary>
/// <param name="AddOn">The add-on as the storefront sent it.</param>
public sealed record AddOnOverride(string ServiceId, JsonObject AddOn)
{
    // Members of the add-on that are kept as they came.
    private static readonly string[] Carried =
    [
        "serviceProviderIdOverride", "providerCostAmount", "providerCostCurrency", "marginTarget", "fulfillmentMode",
        "payloadTemplate", "dripPerDay", "previewQuantity", "serviceRules", "providerOrderId", "providerResponse",
    ];

    /// <summary>Reads <c>selected_options.addOns</c>; what is no override is passed over.</summary>
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
