using FsCheck;
using FsCheck.Fluent;
using Smplat.Core.Orders;

namespace Smplat.Tests.Orders;

public sealed class OrderStatusPolicyTests
{
    private static readonly string[] Parties = [HoldReason.Payment, HoldReason.Fulfillment, HoldReason.Operator];

    [TestCase("pending", "processing", true)]
    [TestCase("processing", "active", true)]
    [TestCase("active", "completed", true)]
    [TestCase("active", "processing", true)]
    [TestCase("completed", "canceled", false)]
    [TestCase("canceled", "processing", false)]
    [TestCase("processing", "pending", false)]
    public void Steps_follow_the_table(string from, string to, bool allowed) => Assert.That(
        OrderStatusPolicy.Move(new(from, null, null), to, HoldReason.Fulfillment) is not null, Is.EqualTo(allowed));

    [Test]
    public void Only_the_holding_party_or_an_operator_releases_an_order()
    {
        var held = OrderStatusPolicy.Hold(new("active", null, null), HoldReason.Payment)!;

        Assert.That(OrderStatusPolicy.Move(held, "completed", HoldReason.Fulfillment), Is.EqualTo(held with { HeldFrom = "completed" }));
        Assert.That(OrderStatusPolicy.Release(held, HoldReason.Fulfillment), Is.EqualTo(held));
        Assert.That(OrderStatusPolicy.Release(held, HoldReason.Payment), Is.EqualTo(new OrderState("active", null, null)));
        Assert.That(OrderStatusPolicy.Release(held, HoldReason.Operator), Is.EqualTo(new OrderState("active", null, null)));
        Assert.That(OrderStatusPolicy.Move(held, "active", HoldReason.Operator)!.Status, Is.EqualTo("active"));
    }

    [Test]
    public void A_higher_ranked_hold_replaces_a_lower_ranked_one_but_not_vice_versa()
    {
        var byFulfillment = OrderStatusPolicy.Hold(new("processing", null, null), HoldReason.Fulfillment)!;
        var byPayment = OrderStatusPolicy.Hold(byFulfillment, HoldReason.Payment)!;

        Assert.That(byPayment, Is.EqualTo(new OrderState("on_hold", HoldReason.Payment, "processing")));
        Assert.That(OrderStatusPolicy.Hold(byPayment, HoldReason.Fulfillment), Is.EqualTo(byPayment));
        Assert.That(OrderStatusPolicy.Hold(byPayment, HoldReason.Operator)!.HoldReason, Is.EqualTo(HoldReason.Operator));
    }

    [Test]
    public void Whatever_the_steps_a_canceled_order_stays_canceled_and_a_hold_has_a_reason()
    {
        var moves = Gen.Elements(Parties).SelectMany(
            party => Gen.Elements(OrderStatus.All.Append("release").ToArray()), (party, to) => (party, to));

        Prop.ForAll(moves.ArrayOf().ToArbitrary(), steps =>
        {
            var now = new OrderState(OrderStatus.Pending, null, null);
            foreach (var (party, to) in steps)
            {
                var next = to == "release" ? OrderStatusPolicy.Release(now, party)
                    : to == OrderStatus.OnHold ? OrderStatusPolicy.Hold(now, party)
                    : OrderStatusPolicy.Move(now, to, party);
                if (now.Status == OrderStatus.Canceled && next is not null && next != now)
                {
                    return false;
                }

                now = next ?? now;
                if (now.Status == OrderStatus.OnHold != now.HoldReason is not null)
                {
                    return false;
                }
            }

            return true;
        }).QuickCheckThrowOnFailure();
    }
}
