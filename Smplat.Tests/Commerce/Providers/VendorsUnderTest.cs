using Smplat.Core.Commerce.Providers;
using Smplat.FakeVendors;
using Smplat.FakeVendors.Hosting;

namespace Smplat.Tests.Commerce.Providers;

/// <summary>Which pretended vendor stands behind which provider.</summary>
public static class VendorsUnderTest
{
    public static IReadOnlyList<ProviderId> All { get; } = [ProviderId.KrogerApi, ProviderId.WalmartApi, ProviderId.Instacart, ProviderId.MealMe];

    public static FakeVendor Of(FakeVendorSet world, ProviderId id) => id switch
    {
        ProviderId.KrogerApi => world.Kroger,
        ProviderId.WalmartApi => world.Walmart,
        ProviderId.Instacart => world.Instacart,
        _ => world.MealMe,
    };
}
