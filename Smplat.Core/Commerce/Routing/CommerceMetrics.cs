using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Commerce.Routing;

/// <summary>How routing goes now, for the feed; kept for five seconds, however many scrapers ask.</summary>
internal sealed class CommerceMetrics(CommerceMetricStore store, TimeProvider clock) : IMetricSource, IDisposable
{
    private static readonly TimeSpan CacheLifetime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RecentWindow = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan SelectionWindow = TimeSpan.FromHours(1);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private (DateTimeOffset At, IReadOnlyList<MetricSample> Samples)? _last;

    public IReadOnlyList<MetricFamily> Families => CommerceFamilies.All;

    public async Task<IReadOnlyList<MetricSample>> ReadAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var now = clock.GetUtcNow();
            if (_last is { } last && now - last.At < CacheLifetime)
            {
                return last.Samples;
            }

            var figures = await store.ReadRecentAsync(now - RecentWindow, cancellationToken);
            var selections = await store.CountSelectionsAsync(now - SelectionWindow, cancellationToken);
            IReadOnlyList<MetricSample> samples =
            [
                .. Router(figures.SingleOrDefault(figure => figure.Subject == RecentFigures.Router)),
                .. Confirming(figures.SingleOrDefault(figure => figure.Subject == RecentFigures.Confirm)),
                .. figures.Where(figure => figure.Subject is not (RecentFigures.Router or RecentFigures.Confirm)).SelectMany(Provider),
                .. Selections(selections),
            ];
            _last = (now, samples);
            return samples;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private static IEnumerable<MetricSample> Router(RecentFigures? figures)
    {
        yield return MetricSample.Of(CommerceMetricNames.RecentRequests, figures?.Calls ?? 0);
        if (figures is null)
        {
            yield break;
        }

        yield return MetricSample.Of(CommerceMetricNames.ErrorRate, figures.FailureRate);
        if (figures is { P50Ms: { } half, P95Ms: { } most })
        {
            yield return MetricSample.Of(CommerceMetricNames.LatencyP50, half);
            yield return MetricSample.Of(CommerceMetricNames.LatencyP95, most);
        }
    }

    private static IEnumerable<MetricSample> Confirming(RecentFigures? figures)
    {
        if (figures?.P95Ms is { } most)
        {
            yield return MetricSample.Of(CommerceMetricNames.ConfirmLatencyP95, most);
        }
    }

    private static IEnumerable<MetricSample> Provider(RecentFigures figures)
    {
        var provider = ("provider_id", figures.Subject);
        yield return MetricSample.Of(CommerceMetricNames.RecentQuotes, figures.Calls, provider);
        yield return MetricSample.Of(CommerceMetricNames.ProviderSuccessRate, 1 - figures.FailureRate, provider);
        if (figures.P95Ms is { } most)
        {
            yield return MetricSample.Of(CommerceMetricNames.ProviderLatencyP95, most, provider);
        }
    }

    private static IEnumerable<MetricSample> Selections(IReadOnlyList<SelectionCount> selections)
    {
        var all = selections.Sum(selection => selection.Orders);
        foreach (var selection in selections)
        {
            var provider = ("provider_id", selection.ProviderId);
            yield return MetricSample.Of(CommerceMetricNames.RecentSelections, selection.Orders, provider);
            yield return MetricSample.Of(CommerceMetricNames.SelectionPercent, 100.0 * selection.Orders / all, provider);
        }
    }
}
