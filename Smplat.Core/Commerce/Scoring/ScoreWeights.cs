using Smplat.Core.Commerce.Routing;

namespace Smplat.Core.Commerce.Scoring;

/// <summary>Exact weights of one decision.</summary>
public sealed record ScoreWeights(
    decimal Priority,
    decimal Price,
    decimal Speed,
    decimal Availability,
    decimal Margin,
    decimal Reliability)
{
    public static ScoreWeights Default { get; } = new(1.0m, 0.30m, 0.15m, 0.25m, 0.20m, 0.10m);

    /// <summary>
    /// Bends the configured weights towards what the shopper prefers. Priority and reliability never change, and the
    /// weights are not brought back to a sum.
    /// </summary>
    public ScoreWeights For(OptimizeFor preference) => preference switch
    {
        OptimizeFor.Price => this with { Price = Price * 2.0m, Speed = Speed * 0.5m, Margin = Margin * 0.5m },
        OptimizeFor.Speed => this with { Price = Price * 0.5m, Speed = Speed * 2.5m, Margin = Margin * 0.5m },
        OptimizeFor.Margin => this with { Price = Price * 0.7m, Speed = Speed * 0.7m, Margin = Margin * 2.0m },
        OptimizeFor.Availability => this with { Price = Price * 0.5m, Availability = Availability * 1.8m, Margin = Margin * 0.75m },
        _ => this,
    };
}
