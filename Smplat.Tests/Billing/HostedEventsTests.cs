using System.Text.Json;
using Smplat.Core.Billing;
using Smplat.Core.Payments;
using Smplat.Tests.Checkout;
using Smplat.Tests.Platform.Outbox;

namespace Smplat.Tests.Billing;

[Parallelizable(ParallelScope.All)]
public sealed class HostedEventsTests
{
    [Test]
    public async Task Completed_is_final_and_pays_the_invoice()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var invoice = await rig.AnInvoiceAsync(await rig.APersonAsync());
        var session = await rig.ASessionAsync(invoice, "initiated");

        await ApplyAsync(rig, "checkout.session.completed", new { id = $"cs_{session:N}", payment_intent = "pi_1", status = "complete", payment_status = "paid" });
        await ApplyAsync(rig, "checkout.session.expired", new { id = $"cs_{session:N}", status = "expired" });

        var found = await rig.SessionAsync(session);
        Assert.That((found.Status, found.CompletedAt, found.InvoiceStatus, found.BalanceDue), Is.EqualTo(("completed", (DateTimeOffset?)rig.Clock.GetUtcNow(), "paid", 0m)));
        Assert.That(found.Metadata, Does.Contain("checkout.session.completed").And.Contain("pi_1"));
    }

    [Test]
    public async Task Failed_and_expired_sessions_become_due_for_recovery()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var invoice = await rig.AnInvoiceAsync(await rig.APersonAsync());
        var failed = await rig.ASessionAsync(invoice, "initiated");
        var expired = await rig.ASessionAsync(invoice, "initiated");

        await ApplyAsync(rig, "checkout.session.async_payment_failed", new { id = $"cs_{failed:N}", status = "complete" });
        await ApplyAsync(rig, "checkout.session.expired", new { id = $"cs_{expired:N}", status = "expired" });

        var (first, second) = (await rig.SessionAsync(failed), await rig.SessionAsync(expired));
        Assert.That((first.Status, first.NextRetryAt), Is.EqualTo(("failed", (DateTimeOffset?)rig.Clock.GetUtcNow().AddMinutes(10))));
        Assert.That((second.Status, second.NextRetryAt), Is.EqualTo(("expired", (DateTimeOffset?)rig.Clock.GetUtcNow())));
    }

    [Test]
    public async Task An_abandoned_session_can_only_become_paid()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var invoice = await rig.AnInvoiceAsync(await rig.APersonAsync());
        var session = await rig.ASessionAsync(invoice, "abandoned");

        await ApplyAsync(rig, "checkout.session.expired", new { id = $"cs_{session:N}", status = "expired" });
        Assert.That((await rig.SessionAsync(session)).Status, Is.EqualTo("abandoned"));

        await ApplyAsync(rig, "checkout.session.completed", new { id = $"cs_{session:N}", payment_status = "paid" });
        Assert.That((await rig.SessionAsync(session)).Status, Is.EqualTo("completed"));
    }

    [Test]
    public async Task An_intents_event_finds_the_session_by_our_id_and_is_not_parked()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var session = await rig.ASessionAsync(await rig.AnInvoiceAsync(await rig.APersonAsync()), "initiated");
        var subject = new { id = "pi_9", metadata = new { payment_id = session } };
        var json = JsonSerializer.SerializeToUtf8Bytes(new { id = "evt_9", type = "payment_intent.succeeded", data = new { @object = subject } });

        var (result, _) = await rig.Get<EventIntake>().HandleAsync(
            StripeEvent.Read(json, rig.Clock.GetUtcNow())!, CancellationToken.None);

        Assert.That(result, Is.EqualTo(WebhookResult.Applied), "not parked: nobody will ever make a payment for it");
        Assert.That((await rig.SessionAsync(session)).Status, Is.EqualTo("completed"));
    }

    [TestCase("paid", "completed", "paid")]
    [TestCase("no_payment_required", "completed", "paid")]
    [TestCase("unpaid", "initiated", "issued")]
    [TestCase("something_new", "initiated", "issued")]
    [TestCase(null, "initiated", "issued")]
    public async Task A_completed_page_settles_only_when_it_is_paid(string? paymentStatus, string session, string invoice)
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var id = await rig.ASessionAsync(await rig.AnInvoiceAsync(await rig.APersonAsync()), "initiated");

        await ApplyAsync(rig, "checkout.session.completed", new { id = $"cs_{id:N}", status = "complete", payment_status = paymentStatus });

        var found = await rig.SessionAsync(id);
        Assert.That((found.Status, found.InvoiceStatus), Is.EqualTo((session, invoice)));
    }

    [Test]
    public async Task Nobody_is_reminded_and_nothing_expires_while_a_debit_is_under_way()
    {
        await using var rig = await CheckoutFixture.StartAsync(new() { ["BILLING_ROLLOUT_STAGE"] = "ga" });
        var invoice = await rig.AnInvoiceAsync(await rig.APersonAsync());
        var id = await rig.ASessionAsync(
            invoice, "initiated", nextRetryAt: rig.Clock.GetUtcNow(), expiresAt: rig.Clock.GetUtcNow().AddHours(1));
        await ApplyAsync(rig, "checkout.session.completed", Session(id, "unpaid"));

        rig.Clock.Advance(TimeSpan.FromDays(3));
        var report = await rig.RecoverAsync();
        var regenerated = await rig.Get<HostedRegeneration>().RegenerateAsync(
            id,
            (await rig.SessionAsync(id)).WorkspaceId,
            new((await rig.SessionAsync(id)).UpdatedAt, null, null, null, false, null, false),
            CancellationToken.None);

        Assert.That((report.Scheduled, report.Expired), Is.EqualTo((0, 0)));
        Assert.That(regenerated, Is.EqualTo(new HostedOutcome.Refused(new DebitUnderWay())));
        Assert.That(await rig.Get<HostedSessionStore>().ObjectionAsync(id, CancellationToken.None), Is.EqualTo("payment_processing"));

        await ApplyAsync(rig, "checkout.session.async_payment_failed", Session(id, "unpaid"));
        var failed = await rig.SessionAsync(id);
        Assert.That(
            (failed.Status, failed.InvoiceStatus, failed.BalanceDue, failed.DebitAt, failed.NextRetryAt),
            Is.EqualTo(("failed", "issued", 320m, (DateTimeOffset?)null, (DateTimeOffset?)rig.Clock.GetUtcNow().AddMinutes(10))));
    }

    [TestCase(100, "usd")]
    [TestCase(32_000, "eur")]
    [TestCase(320, "jpy")]
    public async Task Another_amount_or_currency_does_not_pay_the_invoice(int amount, string currency)
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var id = await rig.ASessionAsync(await rig.AnInvoiceAsync(await rig.APersonAsync()), "initiated");

        await ApplyAsync(
            rig, "payment_intent.succeeded", new { id = "pi_1", amount_received = amount, currency, metadata = new { payment_id = id } });

        var found = await rig.SessionAsync(id);
        Assert.That(
            (found.Status, found.InvoiceStatus, found.LastError, found.NextRetryAt),
            Is.EqualTo(("failed", "issued", "amount_mismatch", (DateTimeOffset?)null)));
        Assert.That(found.ExhaustedAt, Is.Not.Null, "operators decide");
    }

    [Test]
    [Repeat(3)]
    public async Task Events_end_in_the_same_session_in_any_order()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var person = await rig.APersonAsync();
        var start = rig.Clock.GetUtcNow();
        var ends = new List<string>();
        foreach (var isPaid in new[] { true, false })
        {
            ends.Clear();
            for (var round = 0; round < 6; round++)
            {
                var id = await rig.ASessionAsync(await rig.AnInvoiceAsync(person, $"INV-{isPaid}-{round}"), "initiated");
                (int Minute, string Type, object Subject)[] events =
                [
                    (1, "payment_intent.payment_failed", new { id = $"pi_{id:N}", metadata = new { payment_id = id } }),
                    (2, "payment_intent.processing", new { id = $"pi_{id:N}", metadata = new { payment_id = id } }),
                    (2, "checkout.session.completed", Session(id, "unpaid")),
                    isPaid
                        ? (3, "checkout.session.async_payment_succeeded", Session(id, "paid"))
                        : (3, "checkout.session.async_payment_failed", Session(id, "unpaid")),
                ];
                (int Minute, string Type, object Subject)[] deliveries = [.. events, .. Random.Shared.GetItems(events, 3)];
                Random.Shared.Shuffle(deliveries);
                foreach (var (minute, type, subject) in deliveries)
                {
                    await ApplyAsync(rig, type, subject, start.AddMinutes(minute));
                }

                var found = await rig.SessionAsync(id);
                ends.Add($"{found.Status} {found.InvoiceStatus} {found.DebitAt} {found.CompletedAt:O} {found.NextRetryAt:O}");
            }

            Assert.That(ends.Distinct(), Has.One.Items, string.Join('\n', ends));
        }
    }

    [Test]
    public async Task The_session_of_an_event_is_found_by_indexes_however_many_there_are()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var invoice = await rig.AnInvoiceAsync(await rig.APersonAsync());
        await rig.ExecuteAsync(
            """
            insert into hosted_checkout_sessions (id, session_id, workspace_id, invoice_id, metadata)
            select gen_random_uuid(), 'cs_' || number, workspace_id, id, jsonb_build_object('payment_intent', 'pi_' || number)
            from invoices, generate_series(1, 100000) as number
            where id = @invoice
            """,
            new { invoice });
        await rig.ExecuteAsync("analyze hosted_checkout_sessions");

        await using var connection = await rig.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var plan = await PlanOf(transaction, HostedSessionStore.LockByReference);
        Assert.That(plan, Does.Not.Contain("Seq Scan on hosted_checkout_sessions").And.Contain("hosted_checkout_sessions_intent"));
        var found = await rig.Get<HostedSessionStore>().LockByReferenceAsync(["pi_77", "cs_99"], Guid.NewGuid(), transaction, CancellationToken.None);
        Assert.That(found, Has.Count.EqualTo(2));
    }

    private static async Task<string> PlanOf(Npgsql.NpgsqlTransaction transaction, string statement)
    {
        var lines = await Dapper.SqlMapper.QueryAsync<string>(
            transaction.Connection!,
            Smplat.Core.Platform.Database.Sql.Command(
                $"explain {statement}",
                new { ownId = (Guid?)Guid.NewGuid(), references = new[] { "pi_1", "cs_1" } },
                CancellationToken.None,
                transaction));
        return string.Join('\n', lines);
    }

    private static object Session(Guid id, string paymentStatus) => new
    {
        id = $"cs_{id:N}",
        payment_intent = $"pi_{id:N}",
        status = "complete",
        payment_status = paymentStatus,
        amount_total = 32_000,
        currency = "usd",
    };

    private static async Task ApplyAsync(OutboxFixture rig, string type, object subject, DateTimeOffset? happenedAt = null)
    {
        await using var connection = await rig.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var message = new StripeEvent("evt_1", type, happenedAt ?? rig.Clock.GetUtcNow(), JsonSerializer.SerializeToElement(subject), "{}");
        await rig.Get<HostedEvents>().OnEventAsync(message, transaction, CancellationToken.None);
        await transaction.CommitAsync();
    }
}
