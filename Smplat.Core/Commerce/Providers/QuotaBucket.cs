namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// One instance's share of a vendor's quota. Calls are taken from the shared counter in blocks, so that only one call in
/// many waits for the table service; without it the instance counts for itself and grants at most the whole limit.
/// </summary>
internal sealed class QuotaBucket(IQuotaStore store, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Window = TimeSpan.FromHours(24);

    /// <summary>How long an empty bucket is believed to be empty before the store is asked again.</summary>
    private static readonly TimeSpan DryPause = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _refilling = new(1, 1);
    private readonly Lock _gate = new();
    private DateTimeOffset _windowStart = DateTimeOffset.MinValue;
    private DateTimeOffset _dryUntil = DateTimeOffset.MinValue;
    private int _credits;
    private int _taken;

    public async ValueTask<bool> TryTakeAsync(QuotaLimit limit, CancellationToken cancellationToken)
    {
        if (TrySpend())
        {
            return true;
        }

        await _refilling.WaitAsync(cancellationToken);
        try
        {
            if (TrySpend())
            {
                return true;
            }

            if (clock.GetUtcNow() < _dryUntil)
            {
                return false;
            }

            var block = Math.Clamp(limit.PerDay / 100, 1, 100);
            var granted = await store.TakeAsync(limit, block, cancellationToken);
            return Add(granted ?? Math.Clamp(limit.PerDay - TakenInWindow(), 0, block), granted is not null);
        }
        finally
        {
            _refilling.Release();
        }
    }

    public void Dispose() => _refilling.Dispose();

    private bool TrySpend()
    {
        lock (_gate)
        {
            RollWindow();
            if (_credits == 0)
            {
                return false;
            }

            _credits--;
            return true;
        }
    }

    private int TakenInWindow()
    {
        lock (_gate)
        {
            RollWindow();
            return _taken;
        }
    }

    /// <summary>Keeps the block and spends its first call.</summary>
    private bool Add(int granted, bool shared)
    {
        lock (_gate)
        {
            if (granted == 0)
            {
                _dryUntil = clock.GetUtcNow() + DryPause;
                return false;
            }

            if (_taken == 0)
            {
                _windowStart = clock.GetUtcNow();
            }

            _taken += granted;
            _credits += granted - 1;
            IsShared = shared;
            return true;
        }
    }

    /// <summary>Whether the last block came from the shared counter.</summary>
    public bool IsShared { get; private set; } = true;

    /// <summary>Credits of a past window are worth nothing: the vendor counts anew.</summary>
    private void RollWindow()
    {
        if (clock.GetUtcNow() - _windowStart >= Window)
        {
            (_credits, _taken) = (0, 0);
        }
    }
}
