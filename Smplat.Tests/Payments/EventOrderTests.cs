using FsCheck;
using FsCheck.Fluent;
using Smplat.Core.Payments;

namespace Smplat.Tests.Payments;

/// <summary>The same events lead to the same state in any order and when repeated.</summary>
public sealed class EventOrderTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    private static readonly Gen<PaymentFact> Facts = Gen.OneOf(
        Gen.Choose(0, 5).Select(minute => (PaymentFact)new PaymentFact.Succeeded(Start.AddMinutes(minute))),
        Gen.Choose(0, 5).SelectMany(
            minute => Gen.Elements("declined", "expired", "limit"),
            (minute, reason) => (PaymentFact)new PaymentFact.Failed(reason, Start.AddMinutes(minute))),
        Gen.Elements(10m, 50m, 100m).Select(total => (PaymentFact)new PaymentFact.TotalRefunded(total)),
        Gen.Constant((PaymentFact)new PaymentFact.Linked()));

    [Test]
    public void Facts_add_up_to_the_same_payment_in_any_order()
    {
        var cases =
            from facts in Facts.ArrayOf()
            from shuffled in Gen.Shuffle(facts)
            from repeated in facts.Length == 0 ? Gen.Constant(Array.Empty<PaymentFact>()) : Gen.Elements(facts).ArrayOf()
            select (facts, other: (PaymentFact[])[.. shuffled, .. repeated]);

        Prop.ForAll(cases.ToArbitrary(), pair => AddUp(pair.facts) == AddUp(pair.other)).QuickCheckThrowOnFailure();
    }

    [Test]
    public void A_payment_never_returns_to_an_earlier_status() =>
        Prop.ForAll(
            Facts.ArrayOf().ToArbitrary(),
            facts =>
            {
                var payment = Fresh();
                foreach (var fact in facts)
                {
                    var next = PaymentPolicy.Apply(payment, fact);
                    if (Rank(next.Status) < Rank(payment.Status))
                    {
                        return false;
                    }

                    payment = next;
                }

                return true;
            }).QuickCheckThrowOnFailure();

    [Test]
    [Repeat(4)]
    public async Task Events_over_the_wire_end_in_the_same_rows_in_any_order()
    {
        await using var fixture = await PaymentFixture.CreateAsync();
        var product = await fixture.Inner.Given.AProductAsync();
        var ends = new List<string?>();
        for (var round = 0; round < 6; round++)
        {
            var order = await fixture.AnOrderAsync(product);
            var payment = await fixture.APaymentAsync(order, $"cs_{round}", $"cs_{round}");
            byte[][] events =
            [
                Event(round, 1, "payment_intent.payment_failed", new { id = $"pi_{round}", last_payment_error = new { message = "no" } }),
                Event(round, 2, "payment_intent.succeeded", new { id = $"pi_{round}", created = Start.AddMinutes(2).ToUnixTimeSeconds() }),
                Event(round, 3, "checkout.session.completed", new { id = $"cs_{round}", payment_intent = $"pi_{round}" }),
                Event(round, 4, "refund.created", new { id = $"re_{round}", payment_intent = $"pi_{round}", amount = 3_000, status = "pending" }),
                Event(round, 5, "refund.updated", new { id = $"re_{round}", payment_intent = $"pi_{round}", amount = 3_000, status = "succeeded" }),
                Event(round, 6, "charge.dispute.created", new { id = $"dp_{round}", payment_intent = $"pi_{round}", amount = 7_000, status = "needs_response" }),
                Event(round, 7, "charge.dispute.closed", new { id = $"dp_{round}", payment_intent = $"pi_{round}", amount = 7_000, status = "won" }),
            ];
            byte[][] deliveries = [.. events, .. Random.Shared.GetItems(events, 4)];
            Random.Shared.Shuffle(deliveries);
            foreach (var delivery in deliveries)
            {
                await fixture.DeliverAsync(delivery);
            }

            await fixture.DispatchAsync();
            ends.Add(await fixture.Inner.ScalarAsync<string>(
                """
                select concat_ws(' ', p.status, p.refunded_amount, p.captured_at, p.failure_reason, o.status, o.hold_reason,
                    (select string_agg(status, ',') from payment_dispute where payment_id = p.id),
                    (select string_agg(status, ',') from payment_refund where payment_id = p.id),
                    (select count(*) from fulfillment_tasks t join order_items i on i.id = t.order_item_id where i.order_id = o.id))
                from payments p join orders o on o.id = p.order_id where p.id = @payment
                """,
                new { payment }));
        }

        Assert.That(ends.Distinct(), Has.One.Items, string.Join('\n', ends.Distinct()));

        byte[] Event(int round, int number, string type, object subject) =>
            fixture.Stripe.Event(type, subject, Start.AddMinutes(number), $"evt_{round}_{number}");
    }

    private static Payment AddUp(IEnumerable<PaymentFact> facts) => facts.Aggregate(Fresh(), PaymentPolicy.Apply);

    private static Payment Fresh() => new()
    {
        Id = Guid.Empty,
        OrderId = Guid.Empty,
        Provider = "stripe",
        Status = PaymentStatus.Pending,
        Amount = 100,
        Currency = "EUR",
    };

    private static int Rank(string status) => status switch
    {
        PaymentStatus.Pending => 0,
        PaymentStatus.Failed => 1,
        PaymentStatus.Succeeded => 2,
        _ => 3,
    };
}
