using Smplat.Core.Platform.Outbox;
using Smplat.FakeVendors.Smtp;

namespace Smplat.Tests.Platform.Outbox;

[Parallelizable(ParallelScope.All)]
public sealed class DeliverOutboxJobTests
{
    private const string Kind = "order_status_update";
    private const string Payload = """{"order_number":"SM000001","previous_status":"pending","current_status":"processing"}""";

    [Test]
    public async Task A_message_that_is_due_is_sent_once()
    {
        await using var fixture = await OutboxFixture.StartAsync();
        var ada = await fixture.APersonAsync();
        await fixture.EnqueueAsync(Kind, ada, "order:1:processing", Payload);

        await fixture.DeliverAsync();
        await fixture.DeliverAsync();

        Assert.That(fixture.Smtp.Mails, Has.Count.EqualTo(1));
        Assert.That(fixture.Smtp.Mails[0].Subject, Is.EqualTo("Order SM000001 is now Processing"));
        Assert.That(fixture.Smtp.Mails[0].To, Is.EqualTo("ada@example.test"));
        Assert.That((await fixture.MessageAsync("order:1:processing")).Status, Is.EqualTo("sent"));
    }

    [Test]
    public async Task The_same_key_is_one_message_however_often_it_is_enqueued()
    {
        await using var fixture = await OutboxFixture.StartAsync();
        var ada = await fixture.APersonAsync();

        var first = await fixture.EnqueueAsync(Kind, ada, "order:1:processing", Payload);
        var second = await fixture.EnqueueAsync(Kind, ada, "order:1:processing", Payload);
        await fixture.DeliverAsync();

        Assert.That((first, second), Is.EqualTo((true, false)));
        Assert.That(fixture.Smtp.Mails, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_message_whose_preference_is_off_is_suppressed_with_the_reason()
    {
        await using var fixture = await OutboxFixture.StartAsync();
        var ada = await fixture.APersonAsync();
        await fixture.ExecuteAsync("update notification_preferences set order_updates = false");
        await fixture.EnqueueAsync(Kind, ada, "order:1:processing", Payload);

        await fixture.DeliverAsync();

        var message = await fixture.MessageAsync("order:1:processing");
        Assert.That((message.Status, message.Reason), Is.EqualTo(("suppressed", "preference_off:order_updates")));
        Assert.That(fixture.Smtp.Mails, Is.Empty);
    }

    [Test]
    public async Task A_refused_mailbox_does_not_stop_the_others_and_gets_no_further_mail()
    {
        await using var fixture = await OutboxFixture.StartAsync(new() { ["NOTIFICATION_PARALLELISM"] = "1" });
        var gone = await fixture.APersonAsync("gone@example.test");
        var ada = await fixture.APersonAsync();
        fixture.Smtp.Faults.Next(SmtpStep.Recipient, new SmtpFault.Answer(550, "5.1.1 no such user"));
        await fixture.EnqueueAsync(Kind, gone, "a", Payload);
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        await fixture.EnqueueAsync(Kind, ada, "b", Payload);

        await fixture.DeliverAsync();
        await fixture.EnqueueAsync(Kind, gone, "c", Payload);
        await fixture.DeliverAsync();

        var (first, third) = (await fixture.MessageAsync("a"), await fixture.MessageAsync("c"));
        Assert.That((first.Status, first.Reason), Is.EqualTo(("dead", "rejected")));
        Assert.That((third.Status, third.Reason), Is.EqualTo(("suppressed", "address_blocked:hard")));
        Assert.That(fixture.Smtp.Mails.Select(mail => mail.To), Is.EqualTo(new[] { "ada@example.test" }));
    }

    [Test]
    public async Task A_person_with_an_internationalized_domain_gets_mail_until_either_spelling_of_it_is_blocked()
    {
        await using var fixture = await OutboxFixture.StartAsync();
        var person = await fixture.APersonAsync(email: "info@münchen.example");
        var order = await fixture.AnOrderAsync(person);
        var payload = $$"""{"order_id":"{{order}}","previous_status":"pending","current_status":"processing"}""";
        await fixture.EnqueueAsync("order_status_update", person, "first", payload);
        await fixture.DeliverAsync();

        await fixture.Get<BounceOperations>().RecordAsync(
            new("Info@xn--mnchen-3ya.example", BounceKind.Complaint, null, null, null), "test", CancellationToken.None);
        await fixture.EnqueueAsync("order_status_update", person, "second", payload);
        await fixture.DeliverAsync();

        Assert.That(fixture.Smtp.Mails.Select(mail => mail.To), Is.EqualTo(new[] { "info@xn--mnchen-3ya.example" }));
        Assert.That((await fixture.MessageAsync("second")).Reason, Is.EqualTo("address_blocked:complaint"));
    }

    [Test]
    public async Task A_temporary_refusal_is_retried_later_and_kept_in_the_history()
    {
        await using var fixture = await OutboxFixture.StartAsync();
        var ada = await fixture.APersonAsync();
        fixture.Smtp.Faults.Next(SmtpStep.EndOfMail, new SmtpFault.Answer(451, "4.3.0 later"));
        await fixture.EnqueueAsync(Kind, ada, "a", Payload);

        await fixture.DeliverAsync();
        var waiting = await fixture.MessageAsync("a");
        await fixture.DeliverAsync();
        Assert.That(fixture.Smtp.Mails, Is.Empty);

        fixture.Clock.Advance(TimeSpan.FromMinutes(1));
        await fixture.DeliverAsync();

        Assert.That((waiting.Status, waiting.Attempts), Is.EqualTo(("pending", 1)));
        Assert.That(fixture.Smtp.Mails, Has.Count.EqualTo(1));
        Assert.That(
            await fixture.QueryAsync<string>("select failures -> 0 ->> 'error' from notification_outbox"), Does.Contain("451"));
    }

    [Test]
    public async Task After_eight_failed_attempts_a_message_is_dead_and_an_operator_can_redrive_it()
    {
        await using var fixture = await OutboxFixture.StartAsync();
        var ada = await fixture.APersonAsync();
        fixture.Smtp.Faults.Always(SmtpStep.Recipient, new SmtpFault.Answer(450, "4.2.0 mailbox full"));
        await fixture.EnqueueAsync(Kind, ada, "a", Payload);

        for (var attempt = 1; attempt <= 9; attempt++)
        {
            await fixture.DeliverAsync();
            fixture.Clock.Advance(TimeSpan.FromHours(8));
        }

        var dead = await fixture.MessageAsync("a");
        Assert.That((dead.Status, dead.Reason), Is.EqualTo(("dead", "attempts_exhausted")));

        fixture.Smtp.Faults.Clear();
        var redriven = await fixture.Get<OutboxOperations>().RedriveAsync(
            new([], null, "attempts_exhausted", 10, "on-call", "mailbox emptied"), CancellationToken.None);
        await fixture.DeliverAsync();

        Assert.That(redriven, Is.EqualTo(1));
        Assert.That((await fixture.MessageAsync("a")).Status, Is.EqualTo("sent"));
        Assert.That(await fixture.QueryAsync<string>("select actor from notification_intervention"), Is.EqualTo("on-call"));
    }

    [Test]
    public async Task A_reply_lost_after_the_end_of_the_mail_never_causes_a_second_mail()
    {
        await using var fixture = await OutboxFixture.StartAsync();
        var ada = await fixture.APersonAsync();
        fixture.Smtp.Faults.Next(SmtpStep.EndOfMail, new SmtpFault.TakeAndDrop());
        await fixture.EnqueueAsync(Kind, ada, "a", Payload);

        await fixture.DeliverAsync();
        fixture.Clock.Advance(TimeSpan.FromDays(2));
        await fixture.DeliverAsync();

        var message = await fixture.MessageAsync("a");
        Assert.That((message.Status, message.Reason), Is.EqualTo(("dead", "delivery_unknown")));
        Assert.That(fixture.Smtp.Mails, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_mail_whose_connection_breaks_before_its_end_is_retried()
    {
        await using var fixture = await OutboxFixture.StartAsync();
        var ada = await fixture.APersonAsync();
        fixture.Smtp.Faults.Next(SmtpStep.Data, new SmtpFault.Drop());
        await fixture.EnqueueAsync(Kind, ada, "a", Payload);

        await fixture.DeliverAsync();
        fixture.Clock.Advance(TimeSpan.FromMinutes(5));
        await fixture.DeliverAsync();

        Assert.That(fixture.Smtp.Mails, Has.Count.EqualTo(1));
        Assert.That((await fixture.MessageAsync("a")).Status, Is.EqualTo("sent"));
    }

    [Test]
    public async Task An_unavailable_mail_server_fails_the_run_and_counts_no_attempt()
    {
        await using var fixture = await OutboxFixture.StartAsync();
        var ada = await fixture.APersonAsync();
        fixture.Smtp.Faults.Always(SmtpStep.Greeting, new SmtpFault.Drop());
        await fixture.EnqueueAsync(Kind, ada, "a", Payload);
        await fixture.EnqueueAsync(Kind, ada, "b", Payload);

        Assert.That(fixture.DeliverAsync, Throws.InstanceOf<ReceiversUnavailableException>());
        fixture.Smtp.Faults.Clear();
        fixture.Clock.Advance(TimeSpan.FromMinutes(2));
        await fixture.DeliverAsync();

        Assert.That(fixture.Smtp.Mails, Has.Count.EqualTo(2));
        Assert.That((await fixture.MessageAsync("a")).Attempts, Is.Zero);
    }

    [Test]
    public async Task A_message_of_a_crashed_sender_is_retried_unless_the_receiver_may_have_it()
    {
        await using var fixture = await OutboxFixture.StartAsync();
        var ada = await fixture.APersonAsync();
        await fixture.EnqueueAsync(Kind, ada, "claimed", Payload);
        await fixture.EnqueueAsync(Kind, ada, "handed-over", Payload);
        await fixture.ExecuteAsync(
            """
            update notification_outbox
            set status = 'sending', lease_owner = 'dead', lease_expires_at = @at,
                handover_at = case when idempotency_key = 'handed-over' then @at end
            """,
            new { at = fixture.Clock.GetUtcNow().AddSeconds(1) });

        await fixture.DeliverAsync();
        Assert.That(fixture.Smtp.Mails, Is.Empty, "the lease has not run out");

        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        await fixture.DeliverAsync();

        Assert.That(fixture.Smtp.Mails, Has.Count.EqualTo(1));
        Assert.That((await fixture.MessageAsync("claimed")).Status, Is.EqualTo("sent"));
        Assert.That((await fixture.MessageAsync("handed-over")).Reason, Is.EqualTo("delivery_unknown"));
    }

    [Test]
    public async Task A_lease_from_a_clock_that_was_years_ahead_does_not_block_a_message()
    {
        await using var fixture = await OutboxFixture.StartAsync();
        await fixture.EnqueueAsync(Kind, await fixture.APersonAsync(), "claimed", Payload);
        await fixture.ExecuteAsync(
            "update notification_outbox set status = 'sending', lease_owner = 'dead', lease_expires_at = @at",
            new { at = fixture.Clock.GetUtcNow().AddYears(3) });

        await fixture.DeliverAsync();

        Assert.That(fixture.Smtp.Mails, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Concurrent_senders_never_send_the_same_message()
    {
        await using var fixture = await OutboxFixture.StartAsync(new() { ["NOTIFICATION_BATCH_SIZE"] = "3" });
        var ada = await fixture.APersonAsync();
        for (var at = 0; at < 60; at++)
        {
            await fixture.EnqueueAsync(Kind, ada, $"key-{at}", Payload);
        }

        await Task.WhenAll(fixture.DeliverAsync(), fixture.DeliverAsync(), fixture.DeliverAsync());

        Assert.That(fixture.Smtp.Mails, Has.Count.EqualTo(60));
        Assert.That(fixture.Smtp.Mails.Select(mail => mail.MessageId).Distinct().Count(), Is.EqualTo(60));
    }

    [Test]
    public async Task Without_a_mail_server_mail_is_suppressed_with_a_reason()
    {
        await using var fixture = await OutboxFixture.StartAsync(
            new() { ["SMTP_HOST"] = "", ["SMPLAT_ENVIRONMENT"] = "production" });
        var ada = await fixture.APersonAsync();
        await fixture.EnqueueAsync(Kind, ada, "a", Payload);

        await fixture.DeliverAsync();

        Assert.That((await fixture.MessageAsync("a")).Reason, Is.EqualTo("mail_not_configured"));
    }

    [Test]
    public async Task A_pre_send_check_can_suppress_a_message_right_before_it_is_sent()
    {
        await using var fixture = await OutboxFixture.StartAsync(add: services => services.AddPreSendCheck<OrderPaidCheck>());
        var ada = await fixture.APersonAsync();
        await fixture.EnqueueAsync(Kind, ada, "a", Payload);

        await fixture.DeliverAsync();

        Assert.That((await fixture.MessageAsync("a")).Reason, Is.EqualTo("order_paid"));
        Assert.That(fixture.Smtp.Mails, Is.Empty);
    }

    private sealed class OrderPaidCheck : IPreSendCheck
    {
        public string Kind => DeliverOutboxJobTests.Kind;

        public Task<string?> CheckAsync(OutboxDelivery delivery, CancellationToken cancellationToken) =>
            Task.FromResult<string?>("order_paid");
    }
}
