using System.Text.Json;
using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Payments;

/// <summary>Figures of checkouts and webhooks, read from what all instances share.</summary>
public sealed class PaymentFigures(DurableCounters counters)
{
    private const int TypesNamed = 8;

    public async Task<PaymentObservability> ReadAsync(CancellationToken cancellationToken)
    {
        var values = await counters.ReadAsync(PaymentMetrics.CounterPrefix, cancellationToken);
        var facts = await counters.ReadFactsAsync(PaymentMetrics.FactPrefix, cancellationToken);
        var success = Read<CheckoutSuccessFact>(facts, PaymentMetrics.LastCheckoutSuccess);
        var failure = Read<CheckoutFailureFact>(facts, PaymentMetrics.LastCheckoutFailure);
        var last = Read<WebhookFact>(facts, PaymentMetrics.LastWebhookEvent);
        var broken = Read<WebhookFailureFact>(facts, PaymentMetrics.LastWebhookFailure);
        return new(
            new(
                new(Total(values, PaymentMetrics.CheckoutSucceeded), Total(values, PaymentMetrics.CheckoutFailed)),
                new(success?.At, success?.PaymentId.ToString(), failure?.At, failure?.Reason)),
            new(
                new(PerType(values, "processed"), PerType(values, "failed")),
                new(last?.At, last?.Type, last?.DeliveryId, broken?.At, broken?.Type, broken?.Reason)));
    }

    /// <summary>The most frequent types by name, all others in one sum: the answer stays small enough to poll.</summary>
    private static Dictionary<string, long> PerType(IReadOnlyList<CounterValue> values, string bucket)
    {
        (string Type, long Count)[] all =
        [
            .. from value in values
               where value.Name == PaymentMetrics.WebhookEvents
               let labels = value.ReadLabels()
               where labels.GetValueOrDefault("bucket") == bucket
               group value.Value by labels["event_type"] into type
               let count = (long)type.Sum()
               orderby count descending, type.Key
               select (type.Key, count),
        ];
        var named = all.Take(TypesNamed).ToDictionary(entry => entry.Type, entry => entry.Count);
        if (all.Length > TypesNamed)
        {
            named["other"] = all.Skip(TypesNamed).Sum(entry => entry.Count);
        }

        return named;
    }

    private static long Total(IReadOnlyList<CounterValue> values, string name) =>
        (long)values.Where(value => value.Name == name).Sum(value => value.Value);

    private static T? Read<T>(IReadOnlyDictionary<string, string> facts, string name)
        where T : class => facts.TryGetValue(name, out var json) ? JsonSerializer.Deserialize<T>(json) : null;
}
