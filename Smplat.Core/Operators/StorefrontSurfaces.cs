using System.Diagnostics;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Operators;

/// <summary>
/// Answers storefronts which parts to show. Every answer is counted, and every suspended part adds an event to the trace, so
/// that operators who suspended a part can see whether storefronts have received that.
/// </summary>
public sealed class StorefrontSurfaces(IOptionsMonitor<SurfaceOptions> options, DurableCounters counters)
{
    public const string AnswersMetric = "smplat_storefront_surface_answers_total";

    /// <summary>How long a storefront may cache an answer, in seconds: the longest time until a suspension takes effect.</summary>
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
        counters.Increment(AnswersMetric, ("state", isEnabled ? "shown" : "suspended"), ("surface", surface));
        if (!isEnabled)
        {
            activity?.AddEvent(new ActivityEvent("suspended", tags: new ActivityTagsCollection([new("surface", surface)])));
        }

        return new(isEnabled);
    }
}

/// <summary>The parts of a storefront and whether it shows them.</summary>
public sealed record SurfaceStates(SurfaceState PromotionalBanners, SurfaceState LoyaltyRedemption);

/// <param name="Enabled">False while operators have suspended the part.</param>
public sealed record SurfaceState(bool Enabled);
