using Smplat.Core.Billing;
using Smplat.Core.Platform.Database;
using Smplat.Tests.Checkout;

namespace Smplat.Tests.Billing;

public sealed class BillingSampleTests
{
    [Test]
    public async Task Sample_rows_loaded_twice_are_not_duplicated_and_are_due_for_recovery()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var sample = rig.Get<IEnumerable<ISampleData>>().OfType<BillingSample>().Single();

        await sample.LoadAsync(CancellationToken.None);
        await sample.LoadAsync(CancellationToken.None);

        Assert.That((await rig.RecoverAsync()).Scheduled, Is.EqualTo(2));
    }
}
