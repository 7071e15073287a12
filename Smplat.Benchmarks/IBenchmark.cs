using System.CommandLine;

namespace Smplat.Benchmarks;

/// <summary>A benchmark with a command of its own; it is listed in the program.</summary>
public interface IBenchmark
{
    Command Build();
}
