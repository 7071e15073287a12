using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Platform.Observability;

/// <summary>Asks every component, each with its own time limit, and keeps the answer for five seconds.</summary>
public sealed class ReadinessCheck(IEnumerable<IReadinessComponent> components, TimeProvider clock) : IDisposable
{
    public static readonly TimeSpan CacheLifetime = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ComponentLimit = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private (DateTimeOffset At, ReadinessReport Report)? _last;

    public async Task<ReadinessReport> CheckAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_last is { } last && clock.GetUtcNow() - last.At < CacheLifetime)
            {
                return last.Report;
            }

            var states = await Task.WhenAll(components.Select(component => CheckAsync(component, cancellationToken)));
            var report = ReadinessReport.Of(new SortedDictionary<string, ComponentState>(
                states.ToDictionary(state => state.Name, state => state.State), StringComparer.Ordinal));
            _last = (clock.GetUtcNow(), report);
            return report;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task<(string Name, ComponentState State)> CheckAsync(
        IReadinessComponent component, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ComponentLimit);
        try
        {
            // A component that ignores its token must not hold the answer up.
            return (component.Name, await component.CheckAsync(limit.Token).WaitAsync(ComponentLimit, cancellationToken));
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            var detail = Transient.IsOutage(exception) || exception is OperationCanceledException
                ? "The database did not answer in time, so nothing is known."
                : Redaction.Redact(exception.Message, 200);
            return (component.Name, new(ComponentStatus.Error, detail, clock.GetUtcNow()));
        }
    }
}
