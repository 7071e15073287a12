using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Smplat.Core.Commerce.Providers;

/// <summary>The daily call quotas of all vendors.</summary>
public sealed class VendorQuotas(IQuotaStore store, IOptionsMonitor<VendorQuotaOptions> options, TimeProvider clock) : IDisposable
{
    private readonly ConcurrentDictionary<string, QuotaBucket> _buckets = new(StringComparer.Ordinal);
    private readonly CallerCharges _callers = new(clock);

    /// <summary>False when the quota is used up; the call must not be sent.</summary>
    public async ValueTask<bool> TryTakeAsync(ProviderId id, string endpoint, CancellationToken cancellationToken) =>
        await TakeAsync(id, endpoint, null, cancellationToken) == QuotaVerdict.Granted;

    /// <summary>
    /// Takes one call. A caller without a key must also stay within the share of all such callers and within what one address
    /// may cause. So nobody without a key can use up what callers with a key need.
    /// </summary>
    internal async ValueTask<QuotaVerdict> TakeAsync(
        ProviderId id, string endpoint, AnonymousCaller? caller, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        var limit = settings.LimitOf(id, endpoint);
        if (limit.PerDay == 0)
        {
            return QuotaVerdict.Granted;
        }

        if (caller is not null)
        {
            if (!_callers.TryCharge(caller, id, settings.CallsPerAddress))
            {
                return QuotaVerdict.CallerUsedUp;
            }

            if (settings.OpenLimitOf(limit) is not { } open || !await TakeAsync(open, cancellationToken))
            {
                return QuotaVerdict.OpenShareUsedUp;
            }
        }

        return await TakeAsync(limit, cancellationToken) ? QuotaVerdict.Granted : QuotaVerdict.UsedUp;
    }

    private ValueTask<bool> TakeAsync(QuotaLimit limit, CancellationToken cancellationToken) =>
        _buckets.GetOrAdd(limit.Bucket, _ => new QuotaBucket(store, clock)).TryTakeAsync(limit, cancellationToken);

    /// <summary>Limit and use of each limited bucket over all instances; use is null while the table service is unavailable.</summary>
    public async Task<IReadOnlyList<QuotaUse>> ReadAsync(CancellationToken cancellationToken)
    {
        var limits = options.CurrentValue.All.Where(limit => limit.PerDay > 0).ToArray();
        var used = await Task.WhenAll(limits.Select(limit => store.UsedAsync(limit.Bucket, cancellationToken)));
        return [.. limits.Zip(used, (limit, taken) => new QuotaUse(limit.Bucket, limit.PerDay, taken))];
    }

    public void Dispose()
    {
        foreach (var bucket in _buckets.Values)
        {
            bucket.Dispose();
        }
    }
}

/// <summary>Whether a call may be sent, and whom a refusal concerns.</summary>
internal enum QuotaVerdict
{
    Granted,

    /// <summary>The vendor allows nobody another call.</summary>
    UsedUp,

    /// <summary>What callers without a key may use together is used up.</summary>
    OpenShareUsedUp,

    /// <summary>This caller has caused too many calls.</summary>
    CallerUsedUp,
}

/// <summary>
/// The vendor calls that each caller without a key has caused, in memory and bounded: over capacity, the oldest windows are
/// dropped. A window starts with a caller's first call and lasts 24 hours.
/// </summary>
internal sealed class CallerCharges(TimeProvider clock)
{
    private const int Capacity = 20_000;

    private static readonly TimeSpan Window = TimeSpan.FromHours(24);

    private readonly Dictionary<(string Address, ProviderId Id), (DateTimeOffset Start, int Calls)> _charges = [];
    private readonly Lock _gate = new();

    /// <summary>False when the caller has caused so many calls that another one is refused.</summary>
    public bool TryCharge(AnonymousCaller caller, ProviderId id, int limit)
    {
        var now = clock.GetUtcNow();
        lock (_gate)
        {
            var key = (caller.Address, id);
            var charge = _charges.TryGetValue(key, out var known) && now - known.Start < Window ? known : (Start: now, Calls: 0);
            if (limit > 0 && charge.Calls >= limit)
            {
                return false;
            }

            if (_charges.Count >= Capacity && !_charges.ContainsKey(key))
            {
                foreach (var (old, _) in _charges.OrderBy(entry => entry.Value.Start).Take(Capacity / 10).ToArray())
                {
                    _charges.Remove(old);
                }
            }

            _charges[key] = (charge.Start, charge.Calls + 1);
            return true;
        }
    }
}

/// <param name="Taken">Calls taken in the current window, including blocks that instances hold; null when unknown.</param>
public sealed record QuotaUse(string Bucket, int PerDay, int? Taken);

/// <param name="Bucket">Name of the counter; part of a storage key, so letters, digits, dots and underscores only.</param>
/// <param name="PerDay">Calls within 24 hours; 0 means no limit.</param>
public readonly record struct QuotaLimit(string Bucket, int PerDay);

/// <summary>
/// One instance's share of a vendor's quota. Calls are taken from the shared counter in blocks, so that few calls wait for
/// the table service; while it is unavailable, the instance counts alone and grants at most the whole limit.
/// </summary>
internal sealed class QuotaBucket(IQuotaStore store, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Window = TimeSpan.FromHours(24);

    /// <summary>How long an empty bucket is taken as empty before the store is asked again.</summary>
    private static readonly TimeSpan EmptyPause = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _refilling = new(1, 1);
    private readonly Lock _gate = new();
    private DateTimeOffset _windowStart = DateTimeOffset.MinValue;
    private DateTimeOffset _emptyUntil = DateTimeOffset.MinValue;
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

            if (clock.GetUtcNow() < _emptyUntil)
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
                _emptyUntil = clock.GetUtcNow() + EmptyPause;
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

    /// <summary>Credits of a past window are void: the vendor starts counting from zero.</summary>
    private void RollWindow()
    {
        if (clock.GetUtcNow() - _windowStart >= Window)
        {
            (_credits, _taken) = (0, 0);
        }
    }
}

/// <summary>Counters of calls that all instances share. A window starts with its first call and lasts 24 hours.</summary>
public interface IQuotaStore
{
    /// <summary>Takes up to <paramref name="wanted"/> of the calls that are left in the window.</summary>
    /// <returns>How many were granted, 0 when the window is used up; null when the store is unavailable.</returns>
    Task<int?> TakeAsync(QuotaLimit limit, int wanted, CancellationToken cancellationToken);

    /// <summary>Calls taken in the current window; null when the store is unavailable.</summary>
    Task<int?> UsedAsync(string bucket, CancellationToken cancellationToken);
}

/// <summary>For processes without a table service: each counts alone.</summary>
internal sealed class NullQuotaStore : IQuotaStore
{
    public Task<int?> TakeAsync(QuotaLimit limit, int wanted, CancellationToken cancellationToken) =>
        Task.FromResult<int?>(null);

    public Task<int?> UsedAsync(string bucket, CancellationToken cancellationToken) => Task.FromResult<int?>(null);
}
