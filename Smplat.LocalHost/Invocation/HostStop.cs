using Microsoft.Extensions.Hosting;

namespace Smplat.LocalHost.Invocation;

/// <summary>
/// Cancels running functions, but only after they had a grace time to finish: a stop is first a stop of new work.
/// </summary>
internal sealed class HostStop : IDisposable
{
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _source = new();

    public HostStop(IHostApplicationLifetime lifetime) =>
        lifetime.ApplicationStopping.Register(() => _source.CancelAfter(Grace));

    public CancellationToken Token => _source.Token;

    public void Dispose() => _source.Dispose();
}
