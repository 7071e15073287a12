namespace Smplat.Core.Analytics;

/// <summary>Writes an export to a stream, row by row. It is complete once it is disposed.</summary>
public interface IEventFormat : IAsyncDisposable
{
    ValueTask WriteAsync(ExportedEvent row, CancellationToken cancellationToken);
}
