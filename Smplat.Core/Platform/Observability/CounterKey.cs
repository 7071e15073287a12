using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Smplat.Core.Platform.Observability;

/// <summary>A counter's name and its labels in alphabetical order.</summary>
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
            sorted[label] = value.Length <= 100 ? value : value[..100];
        }

        return new(name, JsonSerializer.Serialize(sorted));
    }

    public string LabelsHash => Labels == "{}"
        ? ""
        : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Labels)).AsSpan(0, 16));
}
