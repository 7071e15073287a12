using Microsoft.Extensions.DependencyInjection;
using Smplat.LocalHost.Configuration;
using Smplat.LocalHost.Invocation;
using Smplat.LocalHost.LocalServices;
using Smplat.LocalHost.Timers;

namespace Smplat.LocalHost.Startup;

/// <summary>What a local run shows once it serves: the functions, the address and a request to begin with.</summary>
internal sealed class LocalListing(HostJson host)
{
    public IEnumerable<string> Lines(IServiceProvider services, Uri address)
    {
        var origin = address.GetLeftPart(UriPartial.Authority);
        var timers = services.GetRequiredService<TimerHost>().Plans;
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var functions = FunctionListing.Lines(
            services.GetRequiredService<FunctionCatalog>(), timers, services.GetRequiredService<FunctionSwitches>(),
            host.RoutePrefix, origin, now);
        return
        [
            "", .. functions, "",
            $"Serving on {origin}. Ctrl-C stops it. An order to route:", "",
            FirstRequest.Curl(address), "",
        ];
    }
}
