using Smplat.Core.Commerce.Providers;
using Smplat.FakeVendors;
using Smplat.FakeVendors.Hosting;

namespace Smplat.Tests.Commerce.Providers;

/// <summary>The fake vendor of each provider.</summary>
public static class VendorsUnderTest
{
    public static IReadOnlyList<ProviderId> All { get; } = [ProviderId.KrogerApi, ProviderId.WalmartApi, ProviderId.Instacart, ProviderId.MealMe];

    public static FakeVendor Of(FakeVendorSet vendors, ProviderId id) => id switch
    {
        ProviderId.KrogerApi => vendors.Kroger,
        ProviderId.WalmartApi => vendors.Walmart,
        ProviderId.Instacart => vendors.Instacart,
        _ => vendors.MealMe,
    };
}
