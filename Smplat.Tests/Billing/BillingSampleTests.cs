using Smplat.Core.Billing;
using Smplat.Core.Platform.Database;
using Smplat.Tests.Checkout;

namespace Smplat.Tests.Billing;

public sealed class BillingSampleTests
{
    [Test]
    public async Task Sample_rows_load_twice_without_doubling_and_give_the_recovery_work()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var sample = rig.Get<IEnumerable<ISampleData>>().OfType<BillingSample>().Single();

        await sample.LoadAsync(CancellationToken.None);
        await sample.LoadAsync(CancellationToken.None);

        Assert.That((await rig.RecoverAsync()).Scheduled, Is.EqualTo(2));
    }
}
