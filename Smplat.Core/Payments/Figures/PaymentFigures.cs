using System.Text.Json;
using Smplat.Core.Observability.Counters;

namespace Smplat.Core.Payments.Figures;

/// <summary>Figures of checkouts and webhooks, read from what all instances share.</summary>
public sealed class PaymentFigures(DurableCounters counters)
{
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

    private static Dictionary<string, long> PerType(IReadOnlyList<CounterValue> values, string bucket) => (
        from value in values
        where value.Name == PaymentMetrics.WebhookEvents
        let labels = value.ReadLabels()
        where labels.GetValueOrDefault("bucket") == bucket
        select (Type: labels["event_type"], Count: (long)value.Value)).ToDictionary(entry => entry.Type, entry => entry.Count);

    private static long Total(IReadOnlyList<CounterValue> values, string name) =>
        (long)values.Where(value => value.Name == name).Sum(value => value.Value);

    private static T? Read<T>(IReadOnlyDictionary<string, string> facts, string name)
        where T : class => facts.TryGetValue(name, out var json) ? JsonSerializer.Deserialize<T>(json) : null;
}
