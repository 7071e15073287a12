using System.Globalization;
using System.Text.Json;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Scoring;

namespace Smplat.Tests.Commerce.Scoring;

/// <summary>A case of the published scoring vectors, with exact decimals.</summary>
public sealed class ScoringVector(JsonElement vector)
{
    public string Title => $"{vector.GetProperty("id").GetString()} {vector.GetProperty("title").GetString()}";

    public int ItemsRequested => vector.GetProperty("itemsRequested").GetInt32();

    public ScoreWeights Weights => Read(
        vector.GetProperty("config"), "priority", "price", "speed", "availability", "commission", "reliability");

    public ScoreWeights EffectiveWeights => Read(
        vector.GetProperty("effectiveWeights"), "priority", "price", "speed", "availability", "margin", "reliability");

    public OptimizeFor Preference => OptimizeLabels.Parse(vector.GetProperty("preference").GetString())!.Value;

    public IReadOnlyList<ScoreInput> Quotes => [.. vector.GetProperty("quotes").EnumerateArray().Select(quote => new ScoreInput(
        ProviderIds.Parse(quote.GetProperty("providerId").GetString()!),
        quote.GetProperty("priority").GetInt32(),
        quote.GetProperty("totalCents").GetInt64(),
        quote.GetProperty("totalCents").GetInt64(),
        quote.GetProperty("etaMinutes") is { ValueKind: JsonValueKind.Number } eta ? eta.GetInt32() : null,
        quote.GetProperty("found").GetInt32(),
        quote.GetProperty("substituted").GetInt32(),
        Exact(quote.GetProperty("commissionRate"))))];

    public IReadOnlyList<JsonElement> ExpectedScores => [.. Canonical.GetProperty("scores").EnumerateArray()];

    public IReadOnlyList<string> ExpectedRanking => [.. Canonical.GetProperty("ranking").EnumerateArray().Select(id => id.GetString()!)];

    private JsonElement Canonical => vector.GetProperty("expected").GetProperty("canonical");

    public static IEnumerable<ScoringVector> All()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Commerce", "Vectors", "router_scoring_vectors.json");
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return [.. document.RootElement.GetProperty("vectors").EnumerateArray().Select(entry => new ScoringVector(entry.Clone()))];
    }

    public static decimal Exact(JsonElement text) => decimal.Parse(text.GetString()!, CultureInfo.InvariantCulture);

    public override string ToString() => Title;

    private static ScoreWeights Read(JsonElement weights, params string[] names)
    {
        var values = names.Select(name => Exact(weights.GetProperty(name))).ToArray();
        return new ScoreWeights(values[0], values[1], values[2], values[3], values[4], values[5]);
    }
}
