using Smplat.Benchmarks.Load;

namespace Smplat.Benchmarks.Ingestion;

/// <summary>A server that takes events.</summary>
/// <param name="SinglePath">Where it takes one event.</param>
/// <param name="BatchPath">Where it takes a list; null when it takes none.</param>
internal sealed record IngestionRival(string Name, BenchServer Server, string SinglePath, string? BatchPath) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
