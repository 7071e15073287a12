using Smplat.Core.Platform.Database;

namespace Smplat.Core.Analytics;

/// <summary>Two weeks of storefront events for a local run: exports, preset figures and an alert have something to show.</summary>
public sealed class EventSample(EventSampleStore store, TimeProvider clock) : ISampleData
{
    public Task LoadAsync(CancellationToken cancellationToken) => store.LoadAsync(clock.GetUtcNow(), cancellationToken);
}
