using System.Diagnostics.Metrics;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Scoring;
using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Commerce.Routing;

/// <summary>The OpenTelemetry metrics of routing, under the names of the runbook.</summary>
public sealed class RouterMetrics
{
    private readonly RouterWindow _window;
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _latency;
    private readonly Counter<long> _commission;

    public RouterMetrics(TimeProvider clock)
    {
        _window = new RouterWindow(clock);
        var meter = SmplatTelemetry.Meter;
        _requests = meter.CreateCounter<long>("loopgpt.router.requests_total", description: "Routing calls");
        _latency = meter.CreateHistogram<double>("loopgpt.router.latency_ms", "ms", "Duration of routing calls");
        _commission = meter.CreateCounter<long>("loopgpt.router.commission_cents", "cents", "Expected commission of routed orders");
        meter.CreateObservableGauge(
            "loopgpt.router.latency_p95_ms", () => Optional(_window.Read().LatencyP95Ms), "ms", "P95 over 15 minutes; alert above 5000");
        meter.CreateObservableGauge(
            "loopgpt.router.error_rate", () => Optional(_window.Read().ErrorRate), "%", "Calls that failed over 15 minutes; alert above 5");
        meter.CreateObservableGauge(
            "loopgpt.provider.success_rate",
            () => PerProvider(provider => provider.SuccessRate),
            "%",
            "Calls that the provider answered over 15 minutes; alert below 90");
        meter.CreateObservableGauge(
            "loopgpt.provider.selection_pct",
            () => PerProvider(provider => provider.SelectionShare),
            "%",
            "Share of the routed orders over 15 minutes; alert above 80");
    }

    public RouterStats Stats => _window.Read();

    public void Routed(RoutingDecision decision, IReadOnlyList<ProviderAttempt> attempts, int latencyMs)
    {
        _requests.Add(1, Tag("outcome", "routed"), Tag("preference", decision.Order.Preferences.OptimizeFor.ToLabel()));
        _latency.Record(latencyMs);
        _commission.Add(decision.IsMock ? 0 : decision.CommissionCents, Tag("provider_id", decision.Selected.ToWire()));
        _window.Add(latencyMs, decision.Selected, isFailure: false, Asked(attempts));
    }

    /// <param name="isRefusal">The providers had nothing to offer, or the caller may cause no more calls, which is no failure.</param>
    public void Failed(string code, bool isRefusal, IReadOnlyList<ProviderAttempt> attempts, int latencyMs)
    {
        _requests.Add(1, Tag("outcome", code));
        _latency.Record(latencyMs);
        _window.Add(latencyMs, null, !isRefusal, Asked(attempts));
    }

    /// <summary>The providers that were asked, without those with an open circuit and those that the caller may not use.</summary>
    private static (ProviderId, bool)[] Asked(IReadOnlyList<ProviderAttempt> attempts) =>
    [
        .. attempts.Where(attempt => attempt.Failure is not { WasNotAsked: true })
            .Select(attempt => (attempt.Config.Id, attempt.IsViable || ProviderFailureCodes.IsEmptyOffer(attempt.Failure!.Code))),
    ];

    private IEnumerable<Measurement<double>> PerProvider(Func<ProviderCallStats, double?> value) =>
        from provider in _window.Read().Providers
        let measured = value(provider)
        where measured is not null
        select new Measurement<double>(measured.Value, Tag("provider_id", provider.Provider.ToWire()));

    private static IEnumerable<Measurement<double>> Optional(double? value) =>
        value is { } known ? [new Measurement<double>(known)] : [];

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}

/// <summary>The last routing calls of this process, for the gauges. The calls of all instances are in <c>edge_logs</c>.</summary>
internal sealed class RouterWindow(TimeProvider clock)
{
    private const int Capacity = 4096;
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(15);

    private readonly Lock _gate = new();
    private readonly Queue<Call> _calls = new();

    public void Add(int latencyMs, ProviderId? selected, bool isFailure, IReadOnlyList<(ProviderId Provider, bool IsSuccess)> attempts)
    {
        lock (_gate)
        {
            _calls.Enqueue(new Call(clock.GetUtcNow(), latencyMs, selected, isFailure, attempts));
            Trim();
        }
    }

    public RouterStats Read()
    {
        Call[] calls;
        lock (_gate)
        {
            Trim();
            calls = [.. _calls];
        }

        var latencies = calls.Select(call => call.LatencyMs).Order().ToArray();
        var routed = calls.Count(call => call.Selected is not null);
        return new RouterStats(
            latencies.Length == 0 ? null : latencies[(latencies.Length - 1) * 95 / 100],
            calls.Length == 0 ? null : 100.0 * calls.Count(call => call.IsFailure) / calls.Length,
            [.. ProviderIds.All.Select(id => StatsOf(id, calls, routed))]);
    }

    private static ProviderCallStats StatsOf(ProviderId id, Call[] calls, int routed)
    {
        var asked = calls.SelectMany(call => call.Attempts).Where(attempt => attempt.Provider == id).ToArray();
        return new ProviderCallStats(
            id,
            asked.Length == 0 ? null : 100.0 * asked.Count(attempt => attempt.IsSuccess) / asked.Length,
            routed == 0 ? null : 100.0 * calls.Count(call => call.Selected == id) / routed);
    }

    private void Trim()
    {
        var oldest = clock.GetUtcNow() - Length;
        while (_calls.TryPeek(out var call) && (call.At < oldest || _calls.Count > Capacity))
        {
            _calls.Dequeue();
        }
    }

    private sealed record Call(
        DateTimeOffset At, int LatencyMs, ProviderId? Selected, bool IsFailure, IReadOnlyList<(ProviderId Provider, bool IsSuccess)> Attempts);
}

/// <summary>Routing calls of the window; null without calls.</summary>
public sealed record RouterStats(int? LatencyP95Ms, double? ErrorRate, IReadOnlyList<ProviderCallStats> Providers);

/// <summary>Percentages.</summary>
public sealed record ProviderCallStats(ProviderId Provider, double? SuccessRate, double? SelectionShare);
