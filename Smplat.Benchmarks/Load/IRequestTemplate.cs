namespace Smplat.Benchmarks.Load;

/// <summary>Bytes of one HTTP request that can be made fresh without being built again.</summary>
public interface IRequestTemplate
{
    ReadOnlyMemory<byte> Next();
}
