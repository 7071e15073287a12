using System.CommandLine;
using Microsoft.Extensions.Options;

namespace Smplat.Benchmarks;

/// <summary>A benchmark with its own command; Program.cs lists all of them.</summary>
public interface IBenchmark
{
    Command Build();
}

/// <summary>Options with a fixed value.</summary>
internal sealed class FixedOptions<T>(T value) : IOptionsMonitor<T>
{
    public T CurrentValue => value;

    public T Get(string? name) => value;

    public IDisposable? OnChange(Action<T, string?> listener) => null;
}

/// <summary>Medians and quantiles of measurements.</summary>
internal static class Statistics
{
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    public static double Quantile(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted[(int)((sorted.Length - 1) * share)];
    }
}
