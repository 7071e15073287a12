using System.Text.Json;

namespace Smplat.Core.Platform.Observability;

/// <summary>A durable counter as stored: the sum over all instances since the first start.</summary>
public sealed record CounterValue(string Name, string Labels, double Value)
{
    public IReadOnlyDictionary<string, string> ReadLabels() =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(Labels)!;

    public string? Label(string name) => ReadLabels().GetValueOrDefault(name);
}
