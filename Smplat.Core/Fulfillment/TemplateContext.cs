using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Orders;

namespace Smplat.Core.Fulfillment;

/// <summary>What a task's templates can see, and which of it is secret.</summary>
public sealed record TemplateContext(JsonObject Root, IReadOnlyList<string> Secrets)
{
    /// <param name="stored">The snapshot from the time of planning; what is read afresh wins.</param>
    /// <param name="fresh">Order, item and product of today; null when the item is gone.</param>
    /// <exception cref="TemplateException">The task asks for a setting that templates may not read.</exception>
    public static TemplateContext Build(
        ClaimedTask task,
        JsonObject? stored,
        OrderedItem? fresh,
        IReadOnlyList<string> environmentKeys,
        IReadOnlyCollection<string> allowedKeys,
        IConfiguration configuration)
    {
        var root = stored is null ? [] : (JsonObject)stored.DeepClone();
        if (fresh is not null)
        {
            root["order"] = Snapshots.Of(fresh.Order);
            root["item"] = Snapshots.Of(fresh.Item);
            root["product"] = fresh.Product is null ? null : Snapshots.Of(fresh.Product);
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
