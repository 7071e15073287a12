using System.Diagnostics.Metrics;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Scoring;
using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Commerce.Routing;

/// <summary>The five metrics that the runbook names, under its names.</summary>
public sealed class RouterMeter
{
    private readonly RouterWindow _window;
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _latency;
    private readonly Counter<long> _commission;

    public RouterMeter(TimeProvider clock)
    {
        _window = new RouterWindow(clock);
        var meter = SmplatTelemetry.Meter;
        _requests = meter.CreateCounter<long>("loopgpt.router.requests_total", description: "Routing calls");
        _latency = meter.CreateHistogram<double>("loopgpt.router.latency_ms", "ms", "Duration of routing calls");
        _commission = meter.CreateCounter<long>("loopgpt.router.commission_cents", "cents", "Expected commission of routed orders");
        meter.CreateObservableGauge(
            "loopgpt.router.latency_p95_ms", () => Optional(_window.Read().LatencyP95Ms), "ms", "P95 over 15 minutes; alert above 5000");
        meter.CreateObservableGauge(
            "loopgpt.router.error_rate", () => Optional(_window.Read().ErrorRate), "%", "Calls without a decision over 15 minutes; alert above 5");
        meter.CreateObservableGauge(
            "loopgpt.provider.success_rate",
            () => PerProvider(figures => figures.SuccessRate),
            "%",
            "Calls that the provider answered over 15 minutes; alert below 90");
        meter.CreateObservableGauge(
            "loopgpt.provider.selection_pct",
            () => PerProvider(figures => figures.SelectionShare),
            "%",
            "Share of the routed orders over 15 minutes; alert above 80");
    }

    public RouterFigures Figures => _window.Read();

    public void Routed(RoutingDecision decision, IReadOnlyList<ProviderAttempt> attempts, int latencyMs)
    {
        _requests.Add(1, Tag("outcome", "routed"), Tag("preference", decision.Order.Preferences.OptimizeFor.ToLabel()));
        _latency.Record(latencyMs);
        _commission.Add(decision.CommissionCents, Tag("provider_id", decision.Selected.ToWire()));
        _window.Add(latencyMs, decision.Selected, Asked(attempts));
    }

    public void Failed(string code, IReadOnlyList<ProviderAttempt> attempts, int latencyMs)
    {
        _requests.Add(1, Tag("outcome", code));
        _latency.Record(latencyMs);
        _window.Add(latencyMs, null, Asked(attempts));
    }

    /// <summary>A provider that is skipped for its open circuit was not asked.</summary>
    private static (ProviderId, bool)[] Asked(IReadOnlyList<ProviderAttempt> attempts) =>
    [
        .. attempts.Where(attempt => attempt.Failure?.Code != ProviderFailureCodes.CircuitOpen)
            .Select(attempt => (attempt.Config.Id, attempt.IsViable || ProviderFailureCodes.IsEmptyOffer(attempt.Failure!.Code))),
    ];

    private IEnumerable<Measurement<double>> PerProvider(Func<ProviderFigures, double?> figure) =>
        from provider in _window.Read().Providers
        let value = figure(provider)
        where value is not null
        select new Measurement<double>(value.Value, Tag("provider_id", provider.Provider.ToWire()));

    private static IEnumerable<Measurement<double>> Optional(double? value) =>
        value is { } known ? [new Measurement<double>(known)] : [];

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
