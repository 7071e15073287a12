using Smplat.Core.Orders;

namespace Smplat.Tests.Payments;

/// <summary>An order that is paid while on hold must still be fulfilled after its release.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class ResumedOrderTests
{
    [Test]
    public async Task A_paid_order_on_hold_is_fulfilled_when_an_operator_releases_it()
    {
        await using var fixture = await PaymentFixture.CreateAsync();
        var order = await fixture.AnOrderAsync();
        await fixture.APaymentAsync(order);
        await ChangeManuallyAsync(fixture, order, OrderStatus.OnHold);

        await fixture.SucceedAsync();
        await fixture.DispatchAsync();
        var whileHeld = await fixture.TasksOfAsync(order);
        await ChangeManuallyAsync(fixture, order, ChangeOrderStatus.Resumed);
        await fixture.DispatchAsync();

        Assert.That(whileHeld, Is.Zero);
        Assert.That(await fixture.TasksOfAsync(order), Is.EqualTo(1));
        Assert.That(await fixture.Inner.OrderStatusAsync(order), Is.EqualTo("processing"));
    }

    [Test]
    public async Task An_order_held_between_payment_and_kick_off_is_fulfilled_when_released()
    {
        await using var fixture = await PaymentFixture.CreateAsync();
        var order = await fixture.AnOrderAsync();
        await fixture.APaymentAsync(order);
        await fixture.SucceedAsync();
        await ChangeManuallyAsync(fixture, order, OrderStatus.OnHold);
        await fixture.DispatchAsync();

        await ChangeManuallyAsync(fixture, order, ChangeOrderStatus.Resumed);
        await fixture.DispatchAsync();

        Assert.That(await fixture.TasksOfAsync(order), Is.EqualTo(1));
    }

    [Test]
    public async Task An_unpaid_order_that_is_released_waits_for_its_payment()
    {
        await using var fixture = await PaymentFixture.CreateAsync();
        var order = await fixture.AnOrderAsync();
        await ChangeManuallyAsync(fixture, order, OrderStatus.OnHold);
        await ChangeManuallyAsync(fixture, order, ChangeOrderStatus.Resumed);
        await fixture.DispatchAsync();

        Assert.That(await fixture.Inner.OrderStatusAsync(order), Is.EqualTo("pending"));
        Assert.That(await fixture.TasksOfAsync(order), Is.Zero);
    }

    [Test]
    public async Task The_events_of_one_payment_request_one_kick_off()
    {
        await using var fixture = await PaymentFixture.CreateAsync();
        var order = await fixture.AnOrderAsync();
        await fixture.APaymentAsync(order, session: "cs_1");

        await fixture.SucceedAsync();
        await fixture.DeliverAsync("checkout.session.completed", new { id = "cs_1", payment_intent = "pi_1" });
        await fixture.SucceedAsync();

        Assert.That(
            await fixture.Inner.ScalarAsync<long>("select count(*) from notification_outbox where kind = 'order_paid'"), Is.EqualTo(1));
    }

    private static async Task ChangeManuallyAsync(PaymentFixture fixture, Guid order, string status)
    {
        var outcome = await fixture.Inner.Get<OrderOperations>().ChangeAsync(order, new(status, "operator", "test"), CancellationToken.None);
        Assert.That(outcome, Is.InstanceOf<OrderStatusOutcome.Changed>());
    }
}
