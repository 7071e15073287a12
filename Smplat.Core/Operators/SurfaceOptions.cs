using Microsoft.Extensions.Configuration;

namespace Smplat.Core.Operators;

/// <summary>Parts of the storefront that operators may suspend while something is broken.</summary>
public sealed class SurfaceOptions
{
    /// <summary>Whether storefronts show promotional banners. Default true; false suspends them.</summary>
    [ConfigurationKeyName("PROMOTIONAL_BANNERS_ENABLED")]
    public bool PromotionalBanners { get; init; } = true;

    /// <summary>Whether storefronts let members redeem loyalty points. Default true; false suspends redemption.</summary>
    [ConfigurationKeyName("LOYALTY_REDEMPTION_ENABLED")]
    public bool LoyaltyRedemption { get; init; } = true;
}
