namespace Smplat.Core.Trust;

public sealed record PercentileBands(double? P50, double? P90)
{
    /// <param name="sorted">Values in ascending order.</param>
    public static PercentileBands Of(ReadOnlySpan<double> sorted) => new(Percentile.Of(sorted, 50), Percentile.Of(sorted, 90));
}
