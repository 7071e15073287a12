using System.Runtime.InteropServices;

namespace Smplat.Core.Operators;

/// <summary>
/// Notes which key was used for what. Uses are summed in memory and added to Postgres every few seconds, off the request
/// path; a SIGKILL loses the last seconds. Memory is bounded: there are few keys, scopes and outcomes, and nothing that a
/// caller shows becomes part of a sum.
/// </summary>
public sealed class KeyUseLog(KeyUseStore store, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim _flushing = new(1, 1);
    private readonly Lock _gate = new();
    private Dictionary<KeyUseKey, KeyUseTally> _pending = [];

    public void Note(string keyName, string fingerprint, string scope, string outcome)
    {
        var now = clock.GetUtcNow();
        var key = new KeyUseKey(DateOnly.FromDateTime(now.UtcDateTime), keyName, fingerprint, scope, outcome);
        lock (_gate)
        {
            ref var tally = ref CollectionsMarshal.GetValueRefOrAddDefault(_pending, key, out _);
            tally = tally.And(new(1, now, now));
        }
    }

    /// <summary>Adds what has gathered. On an outage it is kept for the next time and the exception is thrown on.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await _flushing.WaitAsync(cancellationToken);
        try
        {
            Dictionary<KeyUseKey, KeyUseTally> taken;
            lock (_gate)
            {
                (taken, _pending) = (_pending, []);
            }

            try
            {
                await store.AddAsync(taken, cancellationToken);
            }
            catch
            {
                PutBack(taken);
                throw;
            }
        }
        finally
        {
            _flushing.Release();
        }
    }

    public void Dispose() => _flushing.Dispose();

    private void PutBack(Dictionary<KeyUseKey, KeyUseTally> taken)
    {
        lock (_gate)
        {
            foreach (var (key, tally) in taken)
            {
                _pending[key] = _pending.GetValueOrDefault(key).And(tally);
            }
        }
    }
}
