using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// The gateway of each provider, ready for use. Registered <see cref="IProviderGateway"/>s are the real ones, already
/// wrapped in their caches and resilience; each gets its timeout and its mode switch here.
/// </summary>
public sealed class ProviderGateways
{
    private readonly IProviderGateway[] _gateways;

    public ProviderGateways(
        IEnumerable<IProviderGateway> live,
        IOptionsMonitor<RuntimeOptions> runtime,
        TimeProvider clock,
        ILoggerFactory loggers)
    {
        // As everywhere in the container, the last registration wins.
        var byId = new Dictionary<ProviderId, IProviderGateway>();
        foreach (var gateway in live)
        {
            byId[gateway.Id] = gateway;
        }

        var logger = loggers.CreateLogger<ModalGateway>();
        _gateways =
        [
            .. ProviderIds.All.Select(id => new ModalGateway(
                byId.TryGetValue(id, out var real) ? new BoundedGateway(real, clock) : null,
                new MockGateway(id, clock),
                runtime,
                logger)),
        ];
    }

    public IProviderGateway For(ProviderId id) => _gateways[(int)id];
}
