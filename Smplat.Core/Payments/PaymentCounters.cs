using System.Text.Json;
using Smplat.Core.Platform.Input;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Payments;

/// <summary>Counts checkouts and webhooks in the counters that all instances share, and reads them back.</summary>
public sealed class PaymentCounters(DurableCounters counters, TimeProvider clock)
{
    private const int MaxReason = 96;
    private const int MaxDeliveryId = 64;
    private const int TypesNamed = 8;

    /// <summary>A session was created; whether it will be paid is unknown.</summary>
    public void CheckoutSucceeded(Guid paymentId)
    {
        counters.Increment(PaymentMetrics.CheckoutSucceeded);
        counters.Note(PaymentMetrics.LastCheckoutSuccess, new CheckoutSuccessFact(clock.GetUtcNow(), paymentId));
    }

    public void CheckoutFailed(string reason)
    {
        counters.Increment(PaymentMetrics.CheckoutFailed);
        counters.Note(PaymentMetrics.LastCheckoutFailure, new CheckoutFailureFact(clock.GetUtcNow(), Redaction.Redact(reason, MaxReason)));
    }

    public void WebhookProcessed(string eventType, string? deliveryId)
    {
        counters.Increment(PaymentMetrics.WebhookEvents, ("bucket", "processed"), ("event_type", eventType));
        counters.Note(PaymentMetrics.LastWebhookEvent, new WebhookFact(clock.GetUtcNow(), eventType, Short(deliveryId)));
    }

    public void WebhookFailed(string eventType, string reason)
    {
        counters.Increment(PaymentMetrics.WebhookEvents, ("bucket", "failed"), ("event_type", eventType));
        counters.Note(
            PaymentMetrics.LastWebhookFailure, new WebhookFailureFact(clock.GetUtcNow(), eventType, Redaction.Redact(reason, MaxReason)));
    }

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

    private static string? Short(string? text) => text is null ? null : SafeText.Cut(text, MaxDeliveryId);

    /// <summary>The most frequent types by name, all others as one sum, so that the answer stays small enough to poll.</summary>
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

internal sealed record CheckoutSuccessFact(DateTimeOffset At, Guid PaymentId);

internal sealed record CheckoutFailureFact(DateTimeOffset At, string Reason);

internal sealed record WebhookFact(DateTimeOffset At, string Type, string? DeliveryId);

internal sealed record WebhookFailureFact(DateTimeOffset At, string Type, string Reason);

/// <summary>Names of the durable counters and facts; the metrics feed, dashboards and alerts refer to them.</summary>
internal static class PaymentMetrics
{
    public const string CheckoutSucceeded = "smplat_payments_checkout_succeeded_total";

    public const string CheckoutFailed = "smplat_payments_checkout_failed_total";

    /// <summary>Labels <c>bucket</c> (processed, failed) and <c>event_type</c>.</summary>
    public const string WebhookEvents = "smplat_payments_webhook_events_total";

    public const string CounterPrefix = "smplat_payments_";

    public const string FactPrefix = "payments.";

    public const string LastCheckoutSuccess = "payments.checkout.last_success";

    public const string LastCheckoutFailure = "payments.checkout.last_failure";

    public const string LastWebhookEvent = "payments.webhook.last_event";

    public const string LastWebhookFailure = "payments.webhook.last_failure";
}

/// <summary>What dashboards poll about payments; every total is always present.</summary>
public sealed record PaymentObservability(CheckoutObservability Checkout, WebhookObservability Webhooks);

public sealed record CheckoutObservability(CheckoutTotals Totals, CheckoutEvents Events);

/// <param name="Succeeded">Sessions created, not payments received.</param>
public sealed record CheckoutTotals(long Succeeded, long Failed);

public sealed record CheckoutEvents(
    DateTimeOffset? LastSuccessAt, string? LastSuccessPaymentId, DateTimeOffset? LastFailureAt, string? LastFailureReason);

public sealed record WebhookObservability(WebhookTotals Totals, WebhookEvents Events);

/// <summary>By event type; the less frequent ones are summed as <c>other</c>.</summary>
public sealed record WebhookTotals(IReadOnlyDictionary<string, long> Processed, IReadOnlyDictionary<string, long> Failed);

public sealed record WebhookEvents(
    DateTimeOffset? LastEventAt,
    string? LastEventType,
    string? LastEventDeliveryId,
    DateTimeOffset? LastFailureAt,
    string? LastFailureType,
    string? LastFailureReason);

/// <summary>Payments of orders that were paid more than once and have not been refunded.</summary>
internal sealed class DuplicatePaymentMetrics(PaymentStore payments) : IMetricSource
{
    private const string Duplicates = "smplat_payments_surplus";

    public IReadOnlyList<MetricFamily> Families { get; } =
    [
        new(
            Duplicates,
            "Duplicate payments: another payment of the same order had succeeded before, and they are not refunded",
            MetricType.Gauge),
    ];

    public async Task<IReadOnlyList<MetricSample>> ReadAsync(CancellationToken cancellationToken) =>
        [MetricSample.Of(Duplicates, await payments.CountDuplicatesAsync(cancellationToken))];
}

/// <summary>Payments of another amount than was asked for, which have not been refunded.</summary>
internal sealed class MismatchedPaymentMetrics(PaymentStore payments) : IMetricSource
{
    private const string Mismatches = "smplat_payments_mismatched";

    public IReadOnlyList<MetricFamily> Families { get; } =
        [new(Mismatches, "Payments of another amount or currency than was asked for, which are not refunded", MetricType.Gauge)];

    public async Task<IReadOnlyList<MetricSample>> ReadAsync(CancellationToken cancellationToken) =>
        [MetricSample.Of(Mismatches, await payments.CountMismatchesAsync(cancellationToken))];
}
