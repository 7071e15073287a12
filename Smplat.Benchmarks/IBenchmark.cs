using System.CommandLine;
using Microsoft.Extensions.Options;

namespace Smplat.Benchmarks;

/// <summary>A benchmark with a command of its own; it is listed in the program.</summary>
public interface IBenchmark
{
    Command Build();
}

/// <summary>Settings that never change.</summary>
internal sealed class FixedOptions<T>(T value) : IOptionsMonitor<T>
{
    public T CurrentValue => value;

    public T Get(string? name) => value;

    public IDisposable? OnChange(Action<T, string?> listener) => null;
}
