using Smplat.Core.Billing;
using Smplat.Core.Checkout;
using Smplat.Core.Operators;
using Smplat.Core.Orders;
using Smplat.Core.Payments;
using Smplat.Core.Platform.Jobs;
using Smplat.Tests.Platform.Outbox;

namespace Smplat.Tests.Checkout;

internal static class CheckoutFixture
{
    public static Task<OutboxFixture> StartAsync(Dictionary<string, string?>? settings = null) =>
        OutboxFixture.StartAsync(settings, services => services.AddOrders().AddPayments().AddCheckout().AddBilling().AddRecoveryRepair());

    public static async Task<CheckoutOrchestration> ReadAsync(this OutboxFixture rig, Guid orderId) =>
        ((CheckoutOutcome.Known)await rig.Get<CheckoutOperations>().ReadAsync(orderId, CancellationToken.None)).Checkout;

    public static Task<CheckoutOutcome> ReportAsync(
        this OutboxFixture rig,
        Guid orderId,
        string stage,
        string status,
        DateTimeOffset? nextActionAt = null,
        string? expectedStage = null,
        int? expectedVersion = null) =>
        rig.Get<CheckoutOperations>().UpdateAsync(
            orderId, new(stage, status, null, null, nextActionAt, null, expectedStage, expectedVersion), CancellationToken.None);

    public static Task<JobReport> SweepAsync(this OutboxFixture rig) => rig.Get<RecoverySweepJob>().RunAsync(
        new(Guid.NewGuid(), JobRun.Timer, 1, rig.Clock.GetUtcNow()), CancellationToken.None);

    /// <summary>Moves the order as the payment webhook and the worker do.</summary>
    public static async Task MoveOrderAsync(this OutboxFixture rig, Guid orderId, string to, string party = HoldReason.Payment, string cause = "test")
    {
        await using var connection = await rig.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var outcome = await rig.Get<OrderStatusMachine>().MoveAsync(
            orderId, to, new(party, cause, "test"), transaction, CancellationToken.None);
        Assert.That(outcome, Is.InstanceOf<OrderStatusOutcome.Changed>());
        await transaction.CommitAsync();
    }

    /// <summary>A checkout of an unpaid order that has waited long enough for a prompt.</summary>
    public static async Task<(Guid Person, Guid Order)> AStalledCheckoutAsync(this OutboxFixture rig)
    {
        var person = await rig.APersonAsync();
        var order = await rig.AnOrderAsync(person, status: "pending");
        await rig.ReportAsync(order, "payment", "waiting", rig.Clock.GetUtcNow());
        return (person, order);
    }
}
