using System.Diagnostics;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Operators;

/// <summary>
/// Tells storefronts which parts to show. Each telling is counted and each suspension leaves a span, so that whoever
/// suspended a part sees whether storefronts have heard of it.
/// </summary>
public sealed class StorefrontSurfaces(IOptionsMonitor<SurfaceOptions> options, DurableCounters counters)
{
    public const string Told = "smplat_storefront_surface_answers_total";

    /// <summary>How long a storefront may go on with an answer, in seconds: the longest that a suspension takes to work.</summary>
    public const int MaxAgeSeconds = 30;

    public SurfaceStates Tell()
    {
        var settings = options.CurrentValue;
        using var activity = SmplatTelemetry.Activities.StartActivity("storefront surfaces");
        return new(
            StateOf("promotional_banners", settings.PromotionalBanners, activity),
            StateOf("loyalty_redemption", settings.LoyaltyRedemption, activity));
    }

    private SurfaceState StateOf(string surface, bool isEnabled, Activity? activity)
    {
        counters.Increment(Told, ("state", isEnabled ? "shown" : "suspended"), ("surface", surface));
        if (!isEnabled)
        {
            activity?.AddEvent(new ActivityEvent("suspended", tags: new ActivityTagsCollection([new("surface", surface)])));
        }

        return new(isEnabled);
    }
}
