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
        await using var rig = await NotificationRig.StartAsync();
        var ada = await rig.APersonAsync();
        await rig.EnqueueAsync(Kind, ada, "order:1:processing", Payload);

        await rig.DeliverAsync();
        await rig.DeliverAsync();

        Assert.That(rig.Smtp.Mails, Has.Count.EqualTo(1));
        Assert.That(rig.Smtp.Mails[0].Subject, Is.EqualTo("Order SM000001 is now Processing"));
        Assert.That(rig.Smtp.Mails[0].To, Is.EqualTo("ada@example.test"));
        Assert.That((await rig.MessageAsync("order:1:processing")).Status, Is.EqualTo("sent"));
    }

    [Test]
    public async Task The_same_key_is_one_message_however_often_it_is_enqueued()
    {
        await using var rig = await NotificationRig.StartAsync();
        var ada = await rig.APersonAsync();

        var first = await rig.EnqueueAsync(Kind, ada, "order:1:processing", Payload);
        var second = await rig.EnqueueAsync(Kind, ada, "order:1:processing", Payload);
        await rig.DeliverAsync();

        Assert.That((first, second), Is.EqualTo((true, false)));
        Assert.That(rig.Smtp.Mails, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_preference_that_is_off_leaves_a_row_with_the_reason()
    {
        await using var rig = await NotificationRig.StartAsync();
        var ada = await rig.APersonAsync();
        await rig.ExecuteAsync("update notification_preferences set order_updates = false");
        await rig.EnqueueAsync(Kind, ada, "order:1:processing", Payload);

        await rig.DeliverAsync();

        var message = await rig.MessageAsync("order:1:processing");
        Assert.That((message.Status, message.Reason), Is.EqualTo(("suppressed", "preference_off:order_updates")));
        Assert.That(rig.Smtp.Mails, Is.Empty);
    }

    [Test]
    public async Task A_refused_mailbox_neither_stops_the_others_nor_gets_mail_again()
    {
        await using var rig = await NotificationRig.StartAsync(new() { ["NOTIFICATION_PARALLELISM"] = "1" });
        var gone = await rig.APersonAsync("gone@example.test");
        var ada = await rig.APersonAsync();
        rig.Smtp.Faults.Next(SmtpStep.Recipient, new SmtpFault.Answer(550, "5.1.1 no such user"));
        await rig.EnqueueAsync(Kind, gone, "a", Payload);
        rig.Clock.Advance(TimeSpan.FromSeconds(1));
        await rig.EnqueueAsync(Kind, ada, "b", Payload);

        await rig.DeliverAsync();
        await rig.EnqueueAsync(Kind, gone, "c", Payload);
        await rig.DeliverAsync();

        var (first, third) = (await rig.MessageAsync("a"), await rig.MessageAsync("c"));
        Assert.That((first.Status, first.Reason), Is.EqualTo(("dead", "rejected")));
        Assert.That((third.Status, third.Reason), Is.EqualTo(("suppressed", "address_blocked:hard")));
        Assert.That(rig.Smtp.Mails.Select(mail => mail.To), Is.EqualTo(new[] { "ada@example.test" }));
    }

    [Test]
    public async Task A_person_with_an_internationalized_domain_is_written_to_until_either_spelling_of_it_is_blocked()
    {
        await using var rig = await NotificationRig.StartAsync();
        var person = await rig.APersonAsync(email: "info@münchen.example");
        var order = await rig.AnOrderAsync(person);
        var payload = $$"""{"order_id":"{{order}}","previous_status":"pending","current_status":"processing"}""";
        await rig.EnqueueAsync("order_status_update", person, "first", payload);
        await rig.DeliverAsync();

        await rig.Get<BounceRecords>().RecordAsync(
            new("Info@xn--mnchen-3ya.example", BounceKind.Complaint, null, null, null), "test", CancellationToken.None);
        await rig.EnqueueAsync("order_status_update", person, "second", payload);
        await rig.DeliverAsync();

        Assert.That(rig.Smtp.Mails.Select(mail => mail.To), Is.EqualTo(new[] { "info@xn--mnchen-3ya.example" }));
        Assert.That((await rig.MessageAsync("second")).Reason, Is.EqualTo("address_blocked:complaint"));
    }

    [Test]
    public async Task A_passing_refusal_is_tried_again_later_and_kept_in_the_history()
    {
        await using var rig = await NotificationRig.StartAsync();
        var ada = await rig.APersonAsync();
        rig.Smtp.Faults.Next(SmtpStep.EndOfMail, new SmtpFault.Answer(451, "4.3.0 later"));
        await rig.EnqueueAsync(Kind, ada, "a", Payload);

        await rig.DeliverAsync();
        var waiting = await rig.MessageAsync("a");
        await rig.DeliverAsync();
        Assert.That(rig.Smtp.Mails, Is.Empty);

        rig.Clock.Advance(TimeSpan.FromMinutes(1));
        await rig.DeliverAsync();

        Assert.That((waiting.Status, waiting.Attempts), Is.EqualTo(("pending", 1)));
        Assert.That(rig.Smtp.Mails, Has.Count.EqualTo(1));
        Assert.That(
            await rig.QueryAsync<string>("select failures -> 0 ->> 'error' from notification_outbox"), Does.Contain("451"));
    }

    [Test]
    public async Task After_eight_failed_attempts_a_message_is_a_dead_letter_that_an_operator_can_revive()
    {
        await using var rig = await NotificationRig.StartAsync();
        var ada = await rig.APersonAsync();
        rig.Smtp.Faults.Always(SmtpStep.Recipient, new SmtpFault.Answer(450, "4.2.0 mailbox full"));
        await rig.EnqueueAsync(Kind, ada, "a", Payload);

        for (var attempt = 1; attempt <= 9; attempt++)
        {
            await rig.DeliverAsync();
            rig.Clock.Advance(TimeSpan.FromHours(8));
        }

        var dead = await rig.MessageAsync("a");
        Assert.That((dead.Status, dead.Reason), Is.EqualTo(("dead", "attempts_exhausted")));

        rig.Smtp.Faults.Clear();
        var revived = await rig.Get<MessageReview>().RedriveAsync(
            new([], null, "attempts_exhausted", 10, "on-call", "mailbox emptied"), CancellationToken.None);
        await rig.DeliverAsync();

        Assert.That(revived, Is.EqualTo(1));
        Assert.That((await rig.MessageAsync("a")).Status, Is.EqualTo("sent"));
        Assert.That(await rig.QueryAsync<string>("select actor from notification_intervention"), Is.EqualTo("on-call"));
    }

    [Test]
    public async Task An_answer_that_is_lost_after_the_end_of_the_mail_never_leads_to_a_second_one()
    {
        await using var rig = await NotificationRig.StartAsync();
        var ada = await rig.APersonAsync();
        rig.Smtp.Faults.Next(SmtpStep.EndOfMail, new SmtpFault.TakeAndDrop());
        await rig.EnqueueAsync(Kind, ada, "a", Payload);

        await rig.DeliverAsync();
        rig.Clock.Advance(TimeSpan.FromDays(2));
        await rig.DeliverAsync();

        var message = await rig.MessageAsync("a");
        Assert.That((message.Status, message.Reason), Is.EqualTo(("dead", "delivery_unknown")));
        Assert.That(rig.Smtp.Mails, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_connection_that_breaks_before_the_end_of_the_mail_is_simply_tried_again()
    {
        await using var rig = await NotificationRig.StartAsync();
        var ada = await rig.APersonAsync();
        rig.Smtp.Faults.Next(SmtpStep.Data, new SmtpFault.Drop());
        await rig.EnqueueAsync(Kind, ada, "a", Payload);

        await rig.DeliverAsync();
        rig.Clock.Advance(TimeSpan.FromMinutes(5));
        await rig.DeliverAsync();

        Assert.That(rig.Smtp.Mails, Has.Count.EqualTo(1));
        Assert.That((await rig.MessageAsync("a")).Status, Is.EqualTo("sent"));
    }

    [Test]
    public async Task A_mail_server_that_is_away_fails_the_run_and_costs_no_message_an_attempt()
    {
        await using var rig = await NotificationRig.StartAsync();
        var ada = await rig.APersonAsync();
        rig.Smtp.Faults.Always(SmtpStep.Greeting, new SmtpFault.Drop());
        await rig.EnqueueAsync(Kind, ada, "a", Payload);
        await rig.EnqueueAsync(Kind, ada, "b", Payload);

        Assert.That(rig.DeliverAsync, Throws.InstanceOf<ReceiversAwayException>());
        rig.Smtp.Faults.Clear();
        rig.Clock.Advance(TimeSpan.FromMinutes(2));
        await rig.DeliverAsync();

        Assert.That(rig.Smtp.Mails, Has.Count.EqualTo(2));
        Assert.That((await rig.MessageAsync("a")).Attempts, Is.Zero);
    }

    [Test]
    public async Task A_dead_senders_message_is_tried_again_unless_the_receiver_may_have_it()
    {
        await using var rig = await NotificationRig.StartAsync();
        var ada = await rig.APersonAsync();
        await rig.EnqueueAsync(Kind, ada, "claimed", Payload);
        await rig.EnqueueAsync(Kind, ada, "handed-over", Payload);
        await rig.ExecuteAsync(
            """
            update notification_outbox
            set status = 'sending', lease_owner = 'dead', lease_expires_at = @at,
                handover_at = case when idempotency_key = 'handed-over' then @at end
            """,
            new { at = rig.Clock.GetUtcNow().AddSeconds(1) });

        await rig.DeliverAsync();
        Assert.That(rig.Smtp.Mails, Is.Empty, "the lease has not run out");

        rig.Clock.Advance(TimeSpan.FromSeconds(1));
        await rig.DeliverAsync();

        Assert.That(rig.Smtp.Mails, Has.Count.EqualTo(1));
        Assert.That((await rig.MessageAsync("claimed")).Status, Is.EqualTo("sent"));
        Assert.That((await rig.MessageAsync("handed-over")).Reason, Is.EqualTo("delivery_unknown"));
    }

    [Test]
    public async Task A_lease_of_a_clock_that_was_years_ahead_does_not_hold_a_message_back()
    {
        await using var rig = await NotificationRig.StartAsync();
        await rig.EnqueueAsync(Kind, await rig.APersonAsync(), "claimed", Payload);
        await rig.ExecuteAsync(
            "update notification_outbox set status = 'sending', lease_owner = 'dead', lease_expires_at = @at",
            new { at = rig.Clock.GetUtcNow().AddYears(3) });

        await rig.DeliverAsync();

        Assert.That(rig.Smtp.Mails, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Two_senders_share_no_message()
    {
        await using var rig = await NotificationRig.StartAsync(new() { ["NOTIFICATION_BATCH_SIZE"] = "3" });
        var ada = await rig.APersonAsync();
        for (var at = 0; at < 60; at++)
        {
            await rig.EnqueueAsync(Kind, ada, $"key-{at}", Payload);
        }

        await Task.WhenAll(rig.DeliverAsync(), rig.DeliverAsync(), rig.DeliverAsync());

        Assert.That(rig.Smtp.Mails, Has.Count.EqualTo(60));
        Assert.That(rig.Smtp.Mails.Select(mail => mail.MessageId).Distinct().Count(), Is.EqualTo(60));
    }

    [Test]
    public async Task Without_a_mail_server_mail_is_suppressed_with_the_reason()
    {
        await using var rig = await NotificationRig.StartAsync(
            new() { ["SMTP_HOST"] = "", ["SMPLAT_ENVIRONMENT"] = "production" });
        var ada = await rig.APersonAsync();
        await rig.EnqueueAsync(Kind, ada, "a", Payload);

        await rig.DeliverAsync();

        Assert.That((await rig.MessageAsync("a")).Reason, Is.EqualTo("mail_not_configured"));
    }

    [Test]
    public async Task A_guard_can_stop_a_message_at_the_last_moment()
    {
        await using var rig = await NotificationRig.StartAsync(add: services => services.AddMessageGuard<NoGuard>());
        var ada = await rig.APersonAsync();
        await rig.EnqueueAsync(Kind, ada, "a", Payload);

        await rig.DeliverAsync();

        Assert.That((await rig.MessageAsync("a")).Reason, Is.EqualTo("order_paid"));
        Assert.That(rig.Smtp.Mails, Is.Empty);
    }

    private sealed class NoGuard : IMessageGuard
    {
        public string Kind => DeliverOutboxJobTests.Kind;

        public Task<string?> ObjectAsync(OutboxDelivery delivery, CancellationToken cancellationToken) =>
            Task.FromResult<string?>("order_paid");
    }
}
