using FsCheck;
using FsCheck.Fluent;
using Smplat.Core.Payments;

namespace Smplat.Tests.Payments;

/// <summary>The same events lead to the same state in any order and when repeated.</summary>
public sealed class EventOrderTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    private static readonly Gen<DateTimeOffset> Times = Gen.Choose(0, 5).Select(minute => Start.AddMinutes(minute));

    private static readonly Gen<PaymentFact> Forward = Gen.OneOf(
        Times.Select(at => (PaymentFact)new PaymentFact.Succeeded(at, 10_000, "EUR")),
        Times.Select(at => (PaymentFact)new PaymentFact.Succeeded(at)),
        Times.Select(at => (PaymentFact)new PaymentFact.DebitStarted(at)),
        Times.Select(at => (PaymentFact)new PaymentFact.Canceled(at)),
        Times.SelectMany(
            _ => Gen.Elements("declined", "expired", "limit"),
            (at, reason) => (PaymentFact)new PaymentFact.Failed(reason, at)),
        Gen.Choose(0, 5).Select(minute => (PaymentFact)new PaymentFact.TotalRefunded(minute * 2_000, Start.AddMinutes(minute))),
        Gen.Constant((PaymentFact)new PaymentFact.Linked()));

    private static readonly Gen<PaymentFact> Facts = Gen.OneOf(
        Forward,
        Gen.Elements((PaymentFact)new PaymentFact.Succeeded(Start, 100, "EUR"), new PaymentFact.Succeeded(Start, 10_000, "JPY")),
        from number in Gen.Choose(1, 3)
        from status in Gen.Elements("requires_action", "pending", "succeeded", "failed", "canceled")
        from at in Times
        select (PaymentFact)new PaymentFact.Refund($"re_{number}", number * 2_000, "EUR", status, null, Start.AddMinutes(number), at));

    [Test]
    public void Facts_add_up_to_the_same_payment_in_any_order()
    {
        var cases =
            from facts in Facts.ArrayOf()
            from shuffled in Gen.Shuffle(facts)
            from repeated in facts.Length == 0 ? Gen.Constant(Array.Empty<PaymentFact>()) : Gen.Elements(facts).ArrayOf()
            select (facts, other: (PaymentFact[])[.. shuffled, .. repeated]);

        Prop.ForAll(cases.ToArbitrary(), pair => AddUp(pair.facts) == AddUp(pair.other))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));
    }

    [Test]
    public void Without_failed_refunds_a_payment_never_returns_to_an_earlier_status() =>
        Prop.ForAll(
            Forward.ArrayOf().ToArbitrary(),
            facts => facts.Select((_, index) => Rank(AddUp(facts.Take(index + 1)).Status)).Aggregate(
                (Last: 0, IsSorted: true), (seen, rank) => (rank, seen.IsSorted && rank >= seen.Last)).IsSorted)
            .QuickCheckThrowOnFailure();

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
                Event(round, 2, "checkout.session.completed", new { id = $"cs_{round}", payment_intent = $"pi_{round}", payment_status = "unpaid" }),
                Event(round, 3, "checkout.session.async_payment_succeeded", new { id = $"cs_{round}", payment_intent = $"pi_{round}", payment_status = "paid", amount_total = 10_000, currency = "eur" }),
                Event(round, 4, "charge.refunded", new { id = $"ch_{round}", payment_intent = $"pi_{round}", amount_refunded = 3_000, currency = "eur" }),
                Event(round, 4, "refund.created", new { id = $"re_{round}", payment_intent = $"pi_{round}", amount = 3_000, status = "pending" }),
                Event(round, 5, "refund.updated", new { id = $"re_{round}", payment_intent = $"pi_{round}", amount = 3_000, status = "succeeded" }),
                Event(round, 8, "refund.failed", new { id = $"re_{round}", payment_intent = $"pi_{round}", amount = 3_000, status = "failed" }),
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

        byte[] Event(int round, int minute, string type, object subject) =>
            fixture.Stripe.Event(type, subject, Start.AddMinutes(minute), $"evt_{round}_{type}_{minute}");
    }

    private static Payment AddUp(IEnumerable<PaymentFact> facts)
    {
        var refunds = new Dictionary<string, PaymentFact.Refund>();
        var payment = Fresh();
        foreach (var fact in facts)
        {
            if (fact is PaymentFact.Refund refund)
            {
                refunds[refund.Id] = PaymentPolicy.Merge(refunds.GetValueOrDefault(refund.Id), refund);
            }

            payment = PaymentPolicy.Apply(payment, fact, refunds.Values);
        }

        return payment;
    }

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
