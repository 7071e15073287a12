using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Payments;

/// <summary>Money that came twice for the same order and has not gone back.</summary>
public sealed class SurplusMetrics(PaymentStore payments) : IMetricSource
{
    private const string Surplus = "smplat_payments_surplus";

    public IReadOnlyList<MetricFamily> Families { get; } =
    [
        new(Surplus, "Payments that came on top of another of the same order and are not refunded", MetricType.Gauge),
    ];

    public async Task<IReadOnlyList<MetricSample>> ReadAsync(CancellationToken cancellationToken) =>
        [MetricSample.Of(Surplus, await payments.CountSurplusAsync(cancellationToken))];
}
