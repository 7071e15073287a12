namespace Smplat.Core.Platform.Outbox;

/// <summary>The blocks of an order's message: blueprint, pricing experiment and delivery proof.</summary>
public static class OrderBlocks
{
    private const int MaxLines = 8;

    public static Dictionary<string, object?> Of(OrderFacts order) => new()
    {
        ["id"] = order.Id.ToString(),
        ["number"] = order.Number,
        ["status"] = order.Status,
        ["total"] = order.Total,
        ["currency"] = order.Currency,
        ["notes"] = order.Notes,
        ["receipt_url"] = order.ReceiptUrl,
        ["items"] = order.Items.Select(item => Item(item, order.Currency)).ToList(),
        ["experiments"] = order.Items.SelectMany(item => ExperimentLines.Of(item.Attributes)).Distinct().ToList(),
        ["proof"] = order.Items.SelectMany(ProofLines.Of).Take(MaxLines).ToList(),
    };

    private static Dictionary<string, object?> Item(OrderItemFacts item, string currency) => new()
    {
        ["title"] = item.Title,
        ["quantity"] = item.Quantity,
        ["total"] = item.TotalPrice,
        ["currency"] = currency,
        ["lines"] = JsonLines.Of(item.PlatformContext).Concat(JsonLines.Of(item.SelectedOptions)).Take(MaxLines).ToList(),
    };
}
