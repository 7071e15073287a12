using System.Globalization;
using System.Text.Json;
using Smplat.Core.Platform.Input;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Notifications;

/// <summary>
/// Adds the order to every message whose payload has an <c>order_id</c>: its number, total and receipt, the blueprint (what
/// was ordered), the pricing experiment and the delivery proof. Messages without an order get none of these.
/// </summary>
internal sealed class OrderMessageContext(OrderFactsStore orders) : IMessageContext
{
    public async Task<IReadOnlyDictionary<string, object?>> ReadAsync(JsonElement payload, CancellationToken cancellationToken) =>
        Values(OrderId(payload) is { } orderId ? await orders.ReadAsync(orderId, cancellationToken) : null);

    /// <summary>The template values of an order. <c>attachment_name</c> is the file name of a kind's own attachment, the receipt.</summary>
    public static Dictionary<string, object?> Values(OrderFacts? order) => order is null
        ? new() { ["order"] = null }
        : new()
        {
            ["order"] = OrderBlocks.From(order),
            ["order_number"] = order.Number,
            ["attachment_name"] = $"receipt-{order.Number}.html",
        };

    private static Guid? OrderId(JsonElement payload) =>
        payload.ValueKind == JsonValueKind.Object
            && payload.TryGetProperty("order_id", out var value)
            && value.ValueKind == JsonValueKind.String
            && value.TryGetGuid(out var id)
                ? id
                : null;
}

/// <summary>What messages say about an order.</summary>
internal sealed record OrderFacts
{
    public required Guid Id { get; init; }

    public required string Number { get; init; }

    public required string Status { get; init; }

    public required decimal Total { get; init; }

    public required string Currency { get; init; }

    public string? Notes { get; init; }

    public string? ReceiptUrl { get; init; }

    public IReadOnlyList<OrderItemFacts> Items { get; init; } = [];
}

/// <summary>One line of an order. The storefront chose the shapes of the JSON members.</summary>
internal sealed record OrderItemFacts
{
    public required string Title { get; init; }

    public required int Quantity { get; init; }

    public required decimal TotalPrice { get; init; }

    public JsonElement SelectedOptions { get; init; }

    public JsonElement Attributes { get; init; }

    public JsonElement PlatformContext { get; init; }

    public JsonElement BaselineMetrics { get; init; }

    public JsonElement DeliverySnapshots { get; init; }

    public JsonElement TargetMetrics { get; init; }
}

/// <summary>An order as template values, with the lines of the blocks blueprint, experiment and proof.</summary>
internal static class OrderBlocks
{
    private const int MaxLines = 8;

    public static Dictionary<string, object?> From(OrderFacts order) => new()
    {
        ["id"] = order.Id.ToString(),
        ["number"] = order.Number,
        ["status"] = order.Status,
        ["total"] = order.Total,
        ["currency"] = order.Currency,
        ["notes"] = order.Notes,
        ["receipt_url"] = order.ReceiptUrl,
        ["items"] = order.Items.Select(item => Item(item, order.Currency)).ToList(),
        ["experiments"] = order.Items.SelectMany(item => ExperimentLines.From(item.Attributes)).Distinct().ToList(),
        ["proof"] = order.Items.SelectMany(ProofLines.From).Take(MaxLines).ToList(),
    };

    private static Dictionary<string, object?> Item(OrderItemFacts item, string currency) => new()
    {
        ["title"] = item.Title,
        ["quantity"] = item.Quantity,
        ["total"] = item.TotalPrice,
        ["currency"] = currency,
        ["lines"] = OptionLines.From(item.PlatformContext).Concat(OptionLines.From(item.SelectedOptions)).Take(MaxLines).ToList(),
    };
}

/// <summary>The options of an order item as short "Label: value" lines, whatever shape the JSON has.</summary>
internal static class OptionLines
{
    private const int MaxDepth = 4;
    private const int MaxLength = 160;

    private static readonly string[] Names = ["groupLabel", "groupName", "group", "label", "name", "title"];
    private static readonly string[] Values = ["optionLabel", "option", "value", "choice", "label", "name", "title"];

    public static IEnumerable<string> From(JsonElement element) => Walk(element, null, 0).Select(Truncate);

    private static IEnumerable<string> Walk(JsonElement element, string? label, int depth)
    {
        if (depth > MaxDepth)
        {
            return [];
        }

        return element.ValueKind switch
        {
            JsonValueKind.Object => Pair(element) is { } pair
                ? [pair]
                : element.EnumerateObject()
                    .Where(member => !IsIdentifier(member.Name))
                    .SelectMany(member => Walk(member.Value, LabelText.Title(member.Name), depth + 1)),
            JsonValueKind.Array => element.EnumerateArray().SelectMany(entry => Walk(entry, label, depth + 1)),
            JsonValueKind.String or JsonValueKind.Number => [label is null ? element.ToString() : $"{label}: {element}"],
            JsonValueKind.True when label is not null => [label],
            _ => [],
        };
    }

    /// <summary>Entries such as {"groupLabel": "Plan", "optionLabel": "Growth"}.</summary>
    private static string? Pair(JsonElement element)
    {
        var name = First(element, Names);
        var value = First(element, Values);
        return name is null || value is null ? null : name == value ? name : $"{name}: {value}";
    }

    private static string? First(JsonElement element, string[] names) => names
        .Select(name => element.TryGetProperty(name, out var value)
            && value.ValueKind is JsonValueKind.String or JsonValueKind.Number ? value.ToString() : null)
        .FirstOrDefault(text => text is not null);

    private static bool IsIdentifier(string name) =>
        name.Equals("id", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith("Id", StringComparison.Ordinal)
        || name.EndsWith("_id", StringComparison.Ordinal);

    private static string Truncate(string line) => SafeText.Cut(line, MaxLength, "…");
}

/// <summary>The pricing experiments that an order item was sold under.</summary>
internal static class ExperimentLines
{
    private static readonly string[] Members =
        ["pricingExperiment", "pricing_experiment", "pricingExperiments", "pricing_experiments"];

    public static IEnumerable<string> From(JsonElement attributes)
    {
        if (attributes.ValueKind != JsonValueKind.Object)
        {
            return [];
        }

        return Members
            .Select(name => attributes.TryGetProperty(name, out var value) ? value : default)
            .SelectMany(value => value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToArray() : [value])
            .Select(Line)
            .OfType<string>();
    }

    private static string? Line(JsonElement experiment)
    {
        if (experiment.ValueKind != JsonValueKind.Object || Text(experiment, "slug") is not { } slug)
        {
            return null;
        }

        var variant = Text(experiment, "variantName", "variant_name", "variantKey", "variant_key");
        return variant is null ? slug : $"{slug}, variant {variant}";
    }

    private static string? Text(JsonElement element, params string[] names) => names
        .Select(name => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null)
        .FirstOrDefault(text => !string.IsNullOrWhiteSpace(text));
}

/// <summary>Delivery proof of an order item, one line a metric: its latest value, its baseline and its target.</summary>
internal static class ProofLines
{
    public static IEnumerable<string> From(OrderItemFacts item)
    {
        var baseline = Metrics(item.BaselineMetrics);
        var latest = Metrics(Latest(item.DeliverySnapshots));
        var target = Metrics(item.TargetMetrics);
        return latest.Select(metric => Line(item.Title, metric.Key, metric.Value, baseline, target));
    }

    private static string Line(
        string title, string metric, decimal now, Dictionary<string, decimal> baseline, Dictionary<string, decimal> target)
    {
        var from = baseline.TryGetValue(metric, out var start) ? $" from {Number(start)}" : "";
        var aim = target.TryGetValue(metric, out var goal) ? $", aiming at {Number(goal)}" : "";
        return $"{title}, {LabelText.Title(metric).ToLowerInvariant()}: {Number(now)}{from}{aim}";
    }

    private static JsonElement Latest(JsonElement snapshots)
    {
        if (snapshots.ValueKind == JsonValueKind.Object && snapshots.TryGetProperty("snapshots", out var inner))
        {
            snapshots = inner;
        }

        return snapshots.ValueKind == JsonValueKind.Array && snapshots.GetArrayLength() > 0
            ? snapshots.EnumerateArray().Last()
            : snapshots;
    }

    private static Dictionary<string, decimal> Metrics(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Object
            && element.TryGetProperty("metrics", out var metrics) && metrics.ValueKind == JsonValueKind.Object)
        {
            element = metrics;
        }

        var values = new Dictionary<string, decimal>();
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in element.EnumerateObject())
            {
                var value = member.Value.ValueKind == JsonValueKind.Object && member.Value.TryGetProperty("value", out var inner)
                    ? inner
                    : member.Value;
                if (value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number))
                {
                    values[member.Name] = number;
                }
            }
        }

        return values;
    }

    private static string Number(decimal number) => number.ToString("#,0.##", CultureInfo.InvariantCulture);
}
