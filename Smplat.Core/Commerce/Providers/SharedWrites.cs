using System.Threading.Channels;
using Microsoft.Extensions.Hosting;

namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// Writes to the shared cache in the background, so that no quote waits for it. When it cannot keep up the oldest writes
/// are left out; whoever needs the value later asks the vendor.
/// </summary>
public sealed class SharedWrites(ISharedCache shared) : BackgroundService
{
    private const int Capacity = 1000;
    private const int Writers = 4;

    private readonly Channel<(string Key, SharedEntry Entry)> _queue = Channel.CreateBounded<(string, SharedEntry)>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest });

    public void Add(string key, SharedEntry entry) => _queue.Writer.TryWrite((key, entry));

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => WriteAsync(stoppingToken)));

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        await foreach (var (key, entry) in _queue.Reader.ReadAllAsync(cancellationToken))
        {
            await shared.WriteAsync(key, entry, cancellationToken);
        }
    }
}
