using Smplat.Core.Platform.Database;
using Smplat.Tests.Billing;

namespace Smplat.Tests.Checkout;

public sealed class BillingSampleTests
{
    [Test]
    public async Task Sample_rows_load_twice_without_doubling_and_give_the_recovery_work()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var sample = rig.Get<IEnumerable<ISampleData>>().OfType<Smplat.Core.Checkout.BillingSample>().Single();

        await sample.LoadAsync(CancellationToken.None);
        await sample.LoadAsync(CancellationToken.None);

        Assert.That((await rig.RecoverAsync()).Scheduled, Is.EqualTo(2));
    }
}
