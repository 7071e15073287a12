using System.Globalization;
using Smplat.Core.Commerce.Scoring;

namespace Smplat.Core.Commerce.Routing;

/// <summary>Weights as operators write them: <c>price=0.5,commission=0.1</c>; what is not named keeps its value.</summary>
public static class WeightsText
{
    /// <returns>Null when a name is unknown or a value is no number from 0 to 100.</returns>
    public static ScoreWeights? Parse(string text, ScoreWeights given)
    {
        var weights = given;
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var pair = part.Split('=', StringSplitOptions.TrimEntries);
            if (pair.Length != 2
                || !decimal.TryParse(pair[1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
                || value is < 0 or > 100
                || With(weights, pair[0], value) is not { } changed)
            {
                return null;
            }

            weights = changed;
        }

        return weights;
    }

    private static ScoreWeights? With(ScoreWeights weights, string name, decimal value) => name.ToLowerInvariant() switch
    {
        "priority" => weights with { Priority = value },
        "price" => weights with { Price = value },
        "speed" => weights with { Speed = value },
        "availability" => weights with { Availability = value },
        "commission" or "margin" => weights with { Margin = value },
        "reliability" => weights with { Reliability = value },
        _ => null,
    };
}
