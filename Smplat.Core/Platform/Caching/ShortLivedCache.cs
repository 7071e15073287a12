namespace Smplat.Core.Platform.Caching;

/// <summary>
/// Keeps one value for a few seconds, so that many callers at the same time cost one read. Callers wait for a read in progress.
/// A failed read is not kept: the next caller reads again.
/// </summary>
internal sealed class ShortLivedCache<T>(TimeProvider clock, TimeSpan lifetime) : IDisposable
    where T : class
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private (DateTimeOffset At, T Value)? _last;

    /// <param name="read">Reads the value; its argument is the current time.</param>
    public async Task<T> GetAsync(Func<DateTimeOffset, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var now = clock.GetUtcNow();
            if (_last is { } last && now - last.At < lifetime)
            {
                return last.Value;
            }

            var value = await read(now, cancellationToken);
            _last = (clock.GetUtcNow(), value);
            return value;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();
}
