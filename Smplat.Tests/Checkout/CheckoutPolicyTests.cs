using Smplat.Core.Checkout;

namespace Smplat.Tests.Checkout;

public sealed class CheckoutPolicyTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    [TestCase("payment/not_started", "payment", "in_progress", "payment/in_progress")]
    [TestCase("payment/in_progress", "payment", "completed", "verification/not_started")]
    [TestCase("payment/not_started", "payment", "completed", "verification/not_started")]
    [TestCase("payment/waiting", "payment", "in_progress", "payment/in_progress")]
    [TestCase("verification/waiting", "verification", "failed", "verification/failed")]
    [TestCase("fulfillment/in_progress", "fulfillment", "completed", "completed/completed")]
    [TestCase("verification/not_started", "payment", "completed", "same", Description = "a repeated completion skips nothing")]
    [TestCase("payment/in_progress", "payment", "in_progress", "same")]
    [TestCase("completed/completed", "completed", "completed", "same")]
    [TestCase("completed/completed", "fulfillment", "completed", "same")]
    [TestCase("payment/failed", "payment", "failed", "same")]
    [TestCase("payment/in_progress", "payment", "not_started", "illegal")]
    [TestCase("payment/in_progress", "verification", "in_progress", "illegal")]
    [TestCase("verification/in_progress", "payment", "waiting", "illegal")]
    [TestCase("payment/failed", "payment", "in_progress", "illegal")]
    [TestCase("payment/failed", "payment", "completed", "illegal")]
    [TestCase("verification/failed", "payment", "completed", "illegal")]
    [TestCase("completed/completed", "payment", "in_progress", "illegal")]
    [TestCase("completed/completed", "completed", "failed", "illegal")]
    [TestCase("fulfillment/waiting", "completed", "completed", "illegal")]
    public void Only_transitions_of_the_table_are_allowed(string from, string stage, string status, string to)
    {
        var verdict = CheckoutPolicy.Decide(State(from), stage, status, Now, Now);

        var found = verdict switch
        {
            CheckoutVerdict.Moved moved => $"{moved.Next.Stage}/{moved.Next.Status}",
            CheckoutVerdict.Same => "same",
            _ => "illegal",
        };
        Assert.That(found, Is.EqualTo(to));
    }

    [Test]
    public void An_ended_checkout_has_no_next_action_and_keeps_when_it_ended()
    {
        var failed = (CheckoutVerdict.Moved)CheckoutPolicy.Decide(
            State("payment/waiting") with { NextActionAt = Now }, "payment", "failed", null, Now);

        Assert.That((failed.Next.NextActionAt, failed.Next.FailedAt), Is.EqualTo(((DateTimeOffset?)null, (DateTimeOffset?)Now)));
    }

    [Test]
    public void From_every_state_an_order_brings_its_checkout_to_its_own_stage()
    {
        var states =
            from stage in CheckoutStage.All
            from status in CheckoutStatus.All
            where stage == "completed" == (status == "completed")
            select new CheckoutState(stage, status);

        Assert.Multiple(() =>
        {
            foreach (var state in states)
            {
                var paid = CheckoutSyncPolicy.Steps(state, "processing", null, Now, Now);
                var end = paid.Count == 0 ? state : paid[^1].State;
                Assert.That((end.Stage, end.Status), Is.EqualTo(("fulfillment", "in_progress")), state.ToString());

                var done = CheckoutSyncPolicy.Steps(end, "completed", null, Now, Now)[^1].State;
                Assert.That((done.Stage, done.Status, done.CompletedAt), Is.EqualTo(("completed", "completed", (DateTimeOffset?)Now)));
            }
        });
    }

    private static CheckoutState State(string text) => new(text.Split('/')[0], text.Split('/')[1]);
}
