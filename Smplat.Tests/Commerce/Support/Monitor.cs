using Microsoft.Extensions.Options;

namespace Smplat.Tests.Commerce.Support;

/// <summary>Options with a value that the test sets.</summary>
public sealed class Monitor<T>(T value) : IOptionsMonitor<T>
{
    public T CurrentValue { get; set; } = value;

    public T Get(string? name) => CurrentValue;

    public IDisposable? OnChange(Action<T, string?> listener) => null;
}
