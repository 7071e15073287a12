namespace Smplat.Core.Commerce.Routing;

/// <summary>An average of a sample, and how far its values lie apart.</summary>
internal readonly record struct SampleMean(decimal Mean, decimal Deviation, long Count)
{
    public static SampleMean OfShare(decimal share, long count) =>
        new(share, (decimal)Math.Sqrt((double)(share * (1 - share))), count);

    /// <summary>
    /// The difference to another sample in standard errors: beyond 1.96 in either direction it is chance in one case of
    /// twenty. Infinite for a difference between samples that do not vary at all.
    /// </summary>
    public double ErrorsFrom(SampleMean other)
    {
        if (Count == 0 || other.Count == 0 || Mean == other.Mean)
        {
            return 0;
        }

        var error = Math.Sqrt(
            (double)(Deviation * Deviation / Count) + (double)(other.Deviation * other.Deviation / other.Count));
        var difference = (double)(Mean - other.Mean);
        return error == 0 ? Math.Sign(difference) * double.PositiveInfinity : difference / error;
    }
}
