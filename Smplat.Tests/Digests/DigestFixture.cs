using Smplat.Core.Checkout;
using Smplat.Core.Digests;
using Smplat.Core.Guardrails;
using Smplat.Core.Orders;
using Smplat.Core.Payments;
using Smplat.Tests.Platform.Outbox;
using Smplat.Tests.Support;

namespace Smplat.Tests.Digests;

internal static class DigestFixture
{
    public static Task<OutboxFixture> StartAsync(Dictionary<string, string?>? settings = null, FixedClock? clock = null) =>
        OutboxFixture.StartAsync(settings, services => services.AddOrders().AddPayments().AddCheckout().AddGuardrails().AddDigests(), clock);

    public static Task<DigestReport> DigestAsync(this OutboxFixture fixture, bool isManual = false, bool isDryRun = false) =>
        fixture.Get<WeeklyDigest>().RunAsync(isManual, isDryRun, CancellationToken.None);

    public static async Task<Guid> ARecipientAsync(
        this OutboxFixture fixture, string email, string zone = "UTC", string? orderNumber = null, string status = "active")
    {
        var person = await fixture.APersonAsync(email, "Ada", zone, marketing: true);
        if (orderNumber is not null)
        {
            await fixture.AnOrderAsync(person, orderNumber, status);
        }

        return person;
    }
}
