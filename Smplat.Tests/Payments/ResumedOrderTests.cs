using Smplat.Core.Orders;

namespace Smplat.Tests.Payments;

/// <summary>Money that comes while an order is held must not be lost to fulfillment.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class ResumedOrderTests
{
    [Test]
    public async Task A_held_order_that_was_paid_is_fulfilled_when_an_operator_lets_it_go()
    {
        await using var world = await PaymentFixture.CreateAsync();
        var order = await world.AnOrderAsync();
        await world.APaymentAsync(order);
        await ByHandAsync(world, order, OrderStatus.OnHold);

        await world.SucceedAsync();
        await world.DispatchAsync();
        var whileHeld = await world.TasksOfAsync(order);
        await ByHandAsync(world, order, ChangeOrderStatus.Resumed);
        await world.DispatchAsync();

        Assert.That(whileHeld, Is.Zero);
        Assert.That(await world.TasksOfAsync(order), Is.EqualTo(1));
        Assert.That(await world.Inner.OrderStatusAsync(order), Is.EqualTo("processing"));
    }

    [Test]
    public async Task An_order_held_between_payment_and_kick_off_is_fulfilled_when_it_goes_on()
    {
        await using var world = await PaymentFixture.CreateAsync();
        var order = await world.AnOrderAsync();
        await world.APaymentAsync(order);
        await world.SucceedAsync();
        await ByHandAsync(world, order, OrderStatus.OnHold);
        await world.DispatchAsync();

        await ByHandAsync(world, order, ChangeOrderStatus.Resumed);
        await world.DispatchAsync();

        Assert.That(await world.TasksOfAsync(order), Is.EqualTo(1));
    }

    [Test]
    public async Task An_unpaid_order_that_is_let_go_waits_for_its_payment()
    {
        await using var world = await PaymentFixture.CreateAsync();
        var order = await world.AnOrderAsync();
        await ByHandAsync(world, order, OrderStatus.OnHold);
        await ByHandAsync(world, order, ChangeOrderStatus.Resumed);
        await world.DispatchAsync();

        Assert.That(await world.Inner.OrderStatusAsync(order), Is.EqualTo("pending"));
        Assert.That(await world.TasksOfAsync(order), Is.Zero);
    }

    [Test]
    public async Task The_events_of_one_payment_ask_for_one_kick_off()
    {
        await using var world = await PaymentFixture.CreateAsync();
        var order = await world.AnOrderAsync();
        await world.APaymentAsync(order, session: "cs_1");

        await world.SucceedAsync();
        await world.DeliverAsync("checkout.session.completed", new { id = "cs_1", payment_intent = "pi_1" });
        await world.SucceedAsync();

        Assert.That(
            await world.Inner.ScalarAsync<long>("select count(*) from notification_outbox where kind = 'order_paid'"), Is.EqualTo(1));
    }

    private static async Task ByHandAsync(PaymentFixture world, Guid order, string status)
    {
        var outcome = await world.Inner.Get<OrderOperations>().ChangeAsync(order, new(status, "operator", "test"), CancellationToken.None);
        Assert.That(outcome, Is.InstanceOf<OrderStatusOutcome.Changed>());
    }
}
