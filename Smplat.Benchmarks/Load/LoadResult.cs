namespace Smplat.Benchmarks.Load;

/// <summary>What a load run saw.</summary>
/// <param name="Requests">Answers with a status of 2xx.</param>
/// <param name="Refused">Answers with any other status.</param>
public sealed record LoadResult(long Requests, long Refused, TimeSpan Elapsed, TimeSpan Median, TimeSpan Percentile99)
{
    public double PerSecond => Requests / Elapsed.TotalSeconds;
}
