using Smplat.Core.Checkout;
using Smplat.Core.Digests;
using Smplat.Core.Orders;
using Smplat.Core.Payments;
using Smplat.Tests.Platform.Outbox;
using Smplat.Tests.Support;

namespace Smplat.Tests.Digests;

internal static class DigestRig
{
    public static Task<NotificationRig> StartAsync(Dictionary<string, string?>? settings = null, FixedClock? clock = null) =>
        NotificationRig.StartAsync(settings, services => services.AddOrders().AddPayments().AddCheckout().AddDigests(), clock);

    public static Task<DigestReport> DigestAsync(this NotificationRig rig, bool byHand = false, bool isDryRun = false) =>
        rig.Get<WeeklyDigest>().RunAsync(byHand, isDryRun, CancellationToken.None);

    public static async Task<Guid> AReaderAsync(
        this NotificationRig rig, string email, string zone = "UTC", string? orderNumber = null, string status = "active")
    {
        var person = await rig.APersonAsync(email, "Ada", zone, marketing: true);
        if (orderNumber is not null)
        {
            await rig.AnOrderAsync(person, orderNumber, status);
        }

        return person;
    }
}
