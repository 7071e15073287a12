using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Smplat.LocalHost.Configuration;

namespace Smplat.LocalHost.Invocation;

/// <summary>
/// Cancels running functions, but only after they had a grace time to finish: a stop is first a stop of new work.
/// </summary>
internal sealed class HostStop : IDisposable
{
    private readonly CancellationTokenSource _source = new();

    public HostStop(IHostApplicationLifetime lifetime, IConfiguration configuration) =>
        lifetime.ApplicationStopping.Register(() => _source.CancelAfter(new HostSettings(configuration).StopGrace));

    public CancellationToken Token => _source.Token;

    public void Dispose() => _source.Dispose();
}
