using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Platform.Observability;

/// <summary>
/// Counters and facts that all instances share and that survive restarts. Increments are collected in memory and added to
/// Postgres at least once a second, outside of requests; a SIGKILL loses what was not yet added.
/// </summary>
public sealed class DurableCounters(CounterStore store, ILogger<DurableCounters> logger) : IDisposable
{
    /// <summary>Maximum of distinct counters waiting to be added; further ones are dropped and logged, so memory stays bounded.</summary>
    public const int Capacity = 20_000;

    private readonly SemaphoreSlim _flushing = new(1, 1);
    private readonly Lock _gate = new();
    private Dictionary<CounterKey, double> _pending = [];
    private Dictionary<string, string> _facts = [];

    /// <summary>Distinct counters waiting to be added.</summary>
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
                ObservabilityLog.CounterDropped(logger, name);
            }
        }
    }

    /// <summary>Sets the latest value of a fact, such as when something last failed and why.</summary>
    public void Note<T>(string name, T value)
    {
        var json = JsonSerializer.Serialize(value);
        lock (_gate)
        {
            _facts[name] = json;
        }
    }

    /// <summary>All counters whose name starts with the prefix, including the latest increments of this instance.</summary>
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

    /// <summary>Adds what has been collected. On a failure it is kept for the next attempt, and the exception is rethrown.</summary>
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

/// <summary>The name of a counter and its labels in alphabetical order.</summary>
public readonly record struct CounterKey(string Name, string Labels)
{
    public static CounterKey Of(string name, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        if (labels.IsEmpty)
        {
            return new(name, "{}");
        }

        var sorted = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (label, value) in labels)
        {
            sorted[label] = SafeText.Cut(value, 100);
        }

        return new(name, JsonSerializer.Serialize(sorted));
    }

    public string LabelsHash => Labels == "{}"
        ? ""
        : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Labels)).AsSpan(0, 16));
}

/// <summary>A stored counter: the total of all instances since the first start.</summary>
public sealed record CounterValue(string Name, string Labels, double Value)
{
    public IReadOnlyDictionary<string, string> ReadLabels() =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(Labels)!;

    public string? Label(string name) => ReadLabels().GetValueOrDefault(name);
}
