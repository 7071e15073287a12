using Microsoft.Extensions.DependencyInjection;
using Smplat.LocalHost.Configuration;
using Smplat.LocalHost.Invocation;
using Smplat.LocalHost.Timers;

namespace Smplat.LocalHost.Startup;

/// <summary>What a local run shows once it serves: the functions, the address and a request to begin with.</summary>
internal sealed class LocalListing(HostJson host, Func<string, IEnumerable<string>> firstRequest)
{
    public IEnumerable<string> Lines(IServiceProvider services, string address)
    {
        var timers = services.GetRequiredService<TimerHost>().Plans;
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var functions = FunctionListing.Lines(
            services.GetRequiredService<FunctionCatalog>(), timers, services.GetRequiredService<FunctionSwitches>(),
            host.RoutePrefix, address, now);
        return ["", .. functions, "", $"Serving on {address}. Ctrl-C stops it.", .. firstRequest(address)];
    }
}
