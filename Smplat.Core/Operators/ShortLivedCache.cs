namespace Smplat.Core.Operators;

/// <summary>Keeps a costly reading for a few seconds, so that several open pages do not multiply it. A failed one is not kept.</summary>
public sealed class ShortLivedCache<T>(TimeProvider clock, TimeSpan lifetime) : IDisposable
    where T : class
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private (DateTimeOffset At, T Value)? _last;

    public async Task<T> GiveAsync(Func<DateTimeOffset, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var now = clock.GetUtcNow();
            if (_last is not { } last || now - last.At >= lifetime)
            {
                _last = last = (now, await read(now, cancellationToken));
            }

            return last.Value;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();
}
