using System.Diagnostics;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Commerce.Routing;

/// <summary>One call to a provider in the trace of its request. Costs nothing while nobody traces.</summary>
internal static class ProviderSpan
{
    /// <param name="deed"><c>quote</c> or <c>confirm</c>.</param>
    public static Activity? Start(string deed, ProviderId id) =>
        SmplatTelemetry.Activities.HasListeners()
            ? SmplatTelemetry.Activities.StartActivity($"{deed} {id.ToWire()}", ActivityKind.Client)?.SetTag("provider_id", id.ToWire())
            : null;

    /// <param name="failure">Null when all went well.</param>
    public static void End(this Activity? span, ProviderFailure? failure)
    {
        span?.SetTag("outcome", failure?.Code ?? "success");
        if (failure is not null)
        {
            span.Fail(failure.Code);
        }
    }
}
