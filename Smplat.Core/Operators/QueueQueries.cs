namespace Smplat.Core.Operators;

/// <summary>The fulfillment queue as the operators' page shows it.</summary>
public sealed class QueueQueries(QueueStore store, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Window = TimeSpan.FromHours(1);

    private readonly ShortLivedCache<QueueOverview> _last = new(clock, TimeSpan.FromSeconds(2));

    public Task<QueueOverview> ReadAsync(CancellationToken cancellationToken) =>
        _last.GiveAsync((now, token) => store.ReadAsync(Since(now), now, token), cancellationToken);

    public void Dispose() => _last.Dispose();

    private static DateTimeOffset Since(DateTimeOffset now) =>
        new DateTimeOffset(now.UtcTicks - (now.UtcTicks % Step.Ticks), TimeSpan.Zero) - Window + Step;
}
