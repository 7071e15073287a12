using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Settings;
using Smplat.Functions.Http;

namespace Smplat.Functions.Health;

/// <summary>Error while keyed routes answer 503 for want of a key.</summary>
public sealed class KeysComponent(KeyRing keys, IOptionsMonitor<RuntimeOptions> runtime) : IReadinessComponent
{
    public string Name => "api_keys";

    public Task<ComponentHealth> CheckAsync(CancellationToken cancellationToken) => Task.FromResult(
        !keys.IsEmpty ? ComponentHealth.Ready
        : runtime.CurrentValue.IsLocal ? new(ComponentStatus.Disabled, "A local run without keys is open.")
        : new ComponentHealth(ComponentStatus.Error, "CHECKOUT_API_KEY is not set; keyed routes answer 503."));
}
