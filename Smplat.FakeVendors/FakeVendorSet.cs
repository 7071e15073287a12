using Smplat.FakeVendors.FulfillmentProvider;
using Smplat.FakeVendors.Hosting;
using Smplat.FakeVendors.Instacart;
using Smplat.FakeVendors.Kroger;
using Smplat.FakeVendors.MealMe;
using Smplat.FakeVendors.Stripe;
using Smplat.FakeVendors.Walmart;

namespace Smplat.FakeVendors;

/// <summary>Fakes of all outside HTTP APIs, each on a free loopback port, and the settings that point the app at them.</summary>
public sealed class FakeVendorSet : IAsyncDisposable
{
    private FakeVendorSet(TimeProvider clock)
    {
        Kroger = new FakeKroger(clock);
        Walmart = new FakeWalmart(clock);
        Instacart = new FakeInstacart(clock);
        MealMe = new FakeMealMe(clock);
        Satsuma = new FakeSatsuma(clock);
        Stripe = new FakeStripe(clock);
        FulfillmentProvider = new FakeFulfillmentProvider(clock);
        Vendors = [Kroger, Walmart, Instacart, MealMe, Satsuma, Stripe, FulfillmentProvider];
    }

    public FakeKroger Kroger { get; }

    public FakeWalmart Walmart { get; }

    public FakeInstacart Instacart { get; }

    /// <summary>The older of the two wire dialects of the same vendor.</summary>
    public FakeMealMe MealMe { get; }

    public FakeSatsuma Satsuma { get; }

    public FakeStripe Stripe { get; }

    public FakeFulfillmentProvider FulfillmentProvider { get; }

    public IReadOnlyList<FakeVendor> Vendors { get; }

    /// <summary>Settings under which the app calls all of them. The aggregator is called in its older dialect.</summary>
    public IReadOnlyDictionary<string, string> Settings
    {
        get
        {
            var settings = new Dictionary<string, string>
            {
                ["LOOPGPT_KROGER_MOCK"] = "false",
                ["LOOPGPT_WALMART_MOCK"] = "false",
                ["LOOPGPT_INSTACART_MOCK"] = "false",
                ["LOOPGPT_MEALME_MOCK"] = "false",
            };
            foreach (var (name, value) in Vendors.Where(vendor => vendor != Satsuma).SelectMany(vendor => vendor.Settings))
                settings[name] = value;
            return settings;
        }
    }

    public static Task<FakeVendorSet> StartAsync(CancellationToken cancellationToken) =>
        StartAsync(TimeProvider.System, cancellationToken);

    public static async Task<FakeVendorSet> StartAsync(TimeProvider clock, CancellationToken cancellationToken)
    {
        var set = new FakeVendorSet(clock);
        await Task.WhenAll(set.Vendors.Select(vendor => vendor.StartAsync(cancellationToken)));
        return set;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var vendor in Vendors)
            await vendor.DisposeAsync();
    }
}
