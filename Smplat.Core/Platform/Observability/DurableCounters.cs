using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Smplat.Core.Platform.Observability;

/// <summary>
/// Counters and facts that every instance tells alike and that outlive restarts. Increments are gathered in memory and
/// added to Postgres at least once a second, off the request path; a SIGKILL loses what was not yet added.
/// </summary>
public sealed class DurableCounters(CounterStore store, ILogger<DurableCounters> logger) : IDisposable
{
    /// <summary>Distinct counters waiting to be added; beyond it new ones are dropped and logged, so memory stays bounded.</summary>
    public const int Capacity = 20_000;

    private readonly SemaphoreSlim _flushing = new(1, 1);
    private readonly Lock _gate = new();
    private Dictionary<CounterKey, double> _pending = [];
    private Dictionary<string, string> _facts = [];

    /// <summary>Distinct counters that wait to be added.</summary>
    public int PendingCount
    {
        get
        {
            lock (_gate)
            {
                return _pending.Count;
            }
        }
    }

    public void Increment(string name, params ReadOnlySpan<(string Name, string Value)> labels) => Add(name, 1, labels);

    public void Add(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        var key = CounterKey.Of(name, labels);
        lock (_gate)
        {
            if (_pending.TryGetValue(key, out var sum))
            {
                _pending[key] = sum + value;
            }
            else if (_pending.Count < Capacity)
            {
                _pending.Add(key, value);
            }
            else
            {
                CounterLog.Dropped(logger, name);
            }
        }
    }

    /// <summary>Keeps the latest value of a fact, such as when something last failed and why.</summary>
    public void Note<T>(string name, T value)
    {
        var json = JsonSerializer.Serialize(value);
        lock (_gate)
        {
            _facts[name] = json;
        }
    }

    /// <summary>All counters whose name starts with the prefix, this instance's latest increments included.</summary>
    public async Task<IReadOnlyList<CounterValue>> ReadAsync(string prefix, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        return await store.ReadAsync(prefix, cancellationToken);
    }

    /// <summary>All facts whose name starts with the prefix, as JSON.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ReadFactsAsync(string prefix, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        return await store.ReadFactsAsync(prefix, cancellationToken);
    }

    /// <summary>Adds what has gathered. On an outage it is kept for the next time and the exception is thrown on.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await _flushing.WaitAsync(cancellationToken);
        try
        {
            Dictionary<CounterKey, double> counters;
            Dictionary<string, string> facts;
            lock (_gate)
            {
                (counters, _pending) = (_pending, []);
                (facts, _facts) = (_facts, []);
            }

            try
            {
                await store.AddAsync(counters, facts, cancellationToken);
            }
            catch
            {
                PutBack(counters, facts);
                throw;
            }
        }
        finally
        {
            _flushing.Release();
        }
    }

    public void Dispose() => _flushing.Dispose();

    private void PutBack(Dictionary<CounterKey, double> counters, Dictionary<string, string> facts)
    {
        lock (_gate)
        {
            foreach (var (key, value) in counters)
            {
                _pending[key] = _pending.GetValueOrDefault(key) + value;
            }

            foreach (var (name, value) in facts)
            {
                _facts.TryAdd(name, value);
            }
        }
    }
}
