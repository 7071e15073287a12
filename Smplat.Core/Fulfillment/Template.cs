using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Merchandising;
using Smplat.Core.Orders;

namespace Smplat.Core.Fulfillment;

/// <summary>
/// Fills <c>{{ path.to.value }}</c> in the strings of a JSON value. Only paths: no filters, no calls, no access to anything
/// outside of the context.
/// </summary>
internal static partial class Template
{
    private const int MaxDepth = 32;

    /// <exception cref="TemplateException">A path does not exist.</exception>
    public static JsonNode? Render(JsonNode? template, JsonObject context) => Render(template, context, 0);

    /// <summary>The rendered value as text: objects as JSON, null as the empty string.</summary>
    public static string RenderText(JsonNode? template, JsonObject context) => ToText(Render(template, context));

    internal static string ToText(JsonNode? value) => value switch
    {
        null => "",
        JsonValue scalar when scalar.TryGetValue<string>(out var text) => text,
        _ => value.ToJsonString(),
    };

    private static JsonNode? Render(JsonNode? template, JsonObject context, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new TemplateException($"The template is nested deeper than {MaxDepth} levels.");
        }

        switch (template)
        {
            case JsonObject members:
                var filled = new JsonObject();
                foreach (var (name, value) in members)
                {
                    filled[name] = Render(value, context, depth + 1);
                }

                return filled;
            case JsonArray items:
                return new JsonArray([.. items.Select(item => Render(item, context, depth + 1))]);
            case JsonValue scalar when scalar.GetValueKind() == JsonValueKind.String:
                return Render(scalar.GetValue<string>(), context);
            default:
                return template?.DeepClone();
        }
    }

    private static JsonNode? Render(string text, JsonObject context)
    {
        var expressions = Expression().Matches(text);
        if (expressions.Count == 0)
        {
            return JsonValue.Create(text);
        }

        if (expressions.Count == 1 && expressions[0].Length == text.Trim().Length)
        {
            return Find(expressions[0].Groups[1].Value, context)?.DeepClone();
        }

        var rendered = new StringBuilder();
        var isBare = true;
        var end = 0;
        foreach (Match expression in expressions)
        {
            isBare &= text.AsSpan(end, expression.Index - end).IsWhiteSpace();
            rendered.Append(text, end, expression.Index - end).Append(ToText(Find(expression.Groups[1].Value, context)));
            end = expression.Index + expression.Length;
        }

        isBare &= text.AsSpan(end).IsWhiteSpace();
        rendered.Append(text, end, text.Length - end);
        return Typed(rendered.ToString(), isBare);
    }

    /// <summary>
    /// Converts null, true and false to their values, and numbers when the text consists of expressions only.
    /// </summary>
    private static JsonNode? Typed(string text, bool isBare) => text switch
    {
        "null" or "none" => null,
        "true" => JsonValue.Create(true),
        "false" => JsonValue.Create(false),
        _ when isBare && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) =>
            JsonValue.Create(whole),
        _ when isBare && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) =>
            JsonValue.Create(number),
        _ => JsonValue.Create(text),
    };

    private static JsonNode? Find(string path, JsonObject context)
    {
        JsonNode? at = context;
        foreach (var segment in path.Trim().Split('.'))
        {
            at = segment.Length == 0 || segment.Contains('|', StringComparison.Ordinal)
                ? throw new TemplateException($"The expression \"{path.Trim()}\" is not a path.")
                : Step(at, segment, path);
        }

        return at;
    }

    private static JsonNode? Step(JsonNode? at, string segment, string path) => at switch
    {
        JsonObject members when members.TryGetPropertyValue(segment, out var value) => value,
        JsonArray items when int.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            && index < items.Count => items[index],
        _ => throw new TemplateException($"The path \"{path.Trim()}\" does not exist: there is no \"{segment}\"."),
    };

    [GeneratedRegex(@"\{\{(.*?)\}\}", RegexOptions.Singleline)]
    private static partial Regex Expression();
}

/// <summary>A template, or the call that it describes, is invalid; a retry cannot help.</summary>
internal sealed class TemplateException(string message) : Exception(message);

/// <summary>The values that a task's templates can read, and which of them are secret.</summary>
internal sealed record TemplateContext(JsonObject Root, IReadOnlyList<string> Secrets)
{
    /// <param name="stored">The snapshot from the time of planning; current values take precedence.</param>
    /// <param name="current">Current order, item and product; null when the item is gone.</param>
    /// <exception cref="TemplateException">The task asks for a setting that templates may not read.</exception>
    public static TemplateContext Build(
        ClaimedTask task,
        JsonObject? stored,
        OrderedItem? current,
        IReadOnlyList<string> environmentKeys,
        IReadOnlyCollection<string> allowedKeys,
        IConfiguration configuration)
    {
        var root = stored is null ? [] : (JsonObject)stored.DeepClone();
        if (current is not null)
        {
            root["order"] = Snapshots.From(current.Order);
            root["item"] = Snapshots.From(current.Item);
            root["product"] = current.Product is null ? null : Snapshots.From(current.Product);
        }

        root["task"] = new JsonObject
        {
            ["id"] = task.Id.ToString(),
            ["type"] = task.TaskType,
            ["status"] = FulfillmentStatus.InProgress,
            ["retry_count"] = task.RetryCount,
            ["max_retries"] = task.MaxRetries,
        };
        var (environment, secrets) = ReadEnvironment(environmentKeys, allowedKeys, configuration);
        root["env"] = environment;
        return new(root, secrets);
    }

    private static (JsonObject Environment, IReadOnlyList<string> Secrets) ReadEnvironment(
        IReadOnlyList<string> keys, IReadOnlyCollection<string> allowedKeys, IConfiguration configuration)
    {
        var environment = new JsonObject();
        var secrets = new List<string>();
        foreach (var key in keys)
        {
            if (!allowedKeys.Contains(key))
            {
                throw new TemplateException($"Templates may not read {key}; FULFILLMENT_TEMPLATE_KEYS does not list it.");
            }

            var value = configuration[key];
            environment[key] = value;
            if (!string.IsNullOrEmpty(value))
            {
                secrets.Add(value);
            }
        }

        return (environment, secrets);
    }
}

/// <summary>Orders, items and products as JSON for templates. The member names are a contract with stored templates.</summary>
internal static class Snapshots
{
    public static JsonObject From(Order order) => new()
    {
        ["id"] = order.Id.ToString(),
        ["order_number"] = order.OrderNumber,
        ["user_id"] = order.UserId?.ToString(),
        ["status"] = order.Status,
        ["source"] = order.Source,
        ["subtotal"] = order.Subtotal,
        ["tax"] = order.Tax,
        ["total"] = order.Total,
        ["currency"] = order.Currency,
        ["notes"] = order.Notes,
        ["created_at"] = order.CreatedAt.UtcDateTime,
        ["updated_at"] = order.UpdatedAt.UtcDateTime,
    };

    public static JsonObject From(OrderItem item) => new()
    {
        ["id"] = item.Id.ToString(),
        ["order_id"] = item.OrderId.ToString(),
        ["product_id"] = item.ProductId?.ToString(),
        ["product_title"] = item.ProductTitle,
        ["quantity"] = item.Quantity,
        ["unit_price"] = item.UnitPrice,
        ["total_price"] = item.TotalPrice,
        ["selected_options"] = OrderItem.Parse(item.SelectedOptions),
        ["attributes"] = OrderItem.Parse(item.Attributes),
        ["created_at"] = item.CreatedAt.UtcDateTime,
        ["updated_at"] = item.UpdatedAt.UtcDateTime,
    };

    public static JsonObject From(Product product) => new()
    {
        ["id"] = product.Id.ToString(),
        ["slug"] = product.Slug,
        ["title"] = product.Title,
        ["category"] = product.Category,
        ["base_price"] = product.BasePrice,
        ["currency"] = product.Currency,
        ["status"] = product.Status,
    };

    public static JsonObject From(OrderedItem entry) => new()
    {
        ["order"] = From(entry.Order),
        ["item"] = From(entry.Item),
        ["product"] = entry.Product is null ? null : From(entry.Product),
    };
}
