using System.Text.Json;

namespace Smplat.Tests.Trust;

/// <summary>The contract's test vectors, with exact results.</summary>
internal static class TrustVectors
{
    private static readonly Lazy<JsonElement> Document = new(() => JsonDocument
        .Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Trust", "Vectors", "trust_vectors.json")))
        .RootElement.Clone());

    public static double Tolerance => Document.Value.GetProperty("absolute_tolerance").GetDouble();

    public static IEnumerable<string> DatasetIds =>
        List("datasets").Select(dataset => dataset.GetProperty("id").GetString()!);

    public static JsonElement Dataset(string id) =>
        List("datasets").Single(dataset => dataset.GetProperty("id").GetString() == id);

    public static IEnumerable<JsonElement> List(string name) => Document.Value.GetProperty(name).EnumerateArray();

    public static double? NumberOrNull(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Null ? null : element.GetDouble();
}
