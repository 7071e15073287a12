using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Routing;

/// <summary>The figures of the last routing calls of this process, for gauges. The figures of all instances are in <c>edge_logs</c>.</summary>
internal sealed class RouterWindow(TimeProvider clock)
{
    private const int Capacity = 4096;
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(15);

    private readonly Lock _gate = new();
    private readonly Queue<Call> _calls = new();

    public void Add(int latencyMs, ProviderId? selected, IReadOnlyList<(ProviderId Provider, bool IsSuccess)> attempts)
    {
        lock (_gate)
        {
            _calls.Enqueue(new Call(clock.GetUtcNow(), latencyMs, selected, attempts));
            Trim();
        }
    }

    public RouterFigures Read()
    {
        Call[] calls;
        lock (_gate)
        {
            Trim();
            calls = [.. _calls];
        }

        var latencies = calls.Select(call => call.LatencyMs).Order().ToArray();
        var routed = calls.Count(call => call.Selected is not null);
        return new RouterFigures(
            latencies.Length == 0 ? null : latencies[(latencies.Length - 1) * 95 / 100],
            calls.Length == 0 ? null : 100.0 * (calls.Length - routed) / calls.Length,
            [.. ProviderIds.All.Select(id => Figures(id, calls, routed))]);
    }

    private static ProviderFigures Figures(ProviderId id, Call[] calls, int routed)
    {
        var asked = calls.SelectMany(call => call.Attempts).Where(attempt => attempt.Provider == id).ToArray();
        return new ProviderFigures(
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
        DateTimeOffset At, int LatencyMs, ProviderId? Selected, IReadOnlyList<(ProviderId Provider, bool IsSuccess)> Attempts);
}

/// <summary>Figures of the router; null without calls in the window.</summary>
public sealed record RouterFigures(int? LatencyP95Ms, double? ErrorRate, IReadOnlyList<ProviderFigures> Providers);

/// <summary>Percentages.</summary>
public sealed record ProviderFigures(ProviderId Provider, double? SuccessRate, double? SelectionShare);
