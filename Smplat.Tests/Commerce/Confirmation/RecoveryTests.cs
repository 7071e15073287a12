using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Commerce.Confirmation;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Jobs;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Confirmation;

public sealed class RecoveryTests
{
    [Test]
    public async Task An_order_that_the_provider_has_is_stored_once()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger, ("LOOPGPT_MEALME_TIMEOUT", "150"));
        var token = await StuckAsync(app, mealMe);
        mealMe.OnFind = _ => new LookupOutcome.Found("vendor-9", null);

        await RecoverAsync(app);
        await RecoverAsync(app);
        var answer = await app.ConfirmAsync(token);

        Assert.That(answer.GetProperty("success").GetBoolean(), Is.True);
        Assert.That(await app.ScalarAsync<long>("select count(*) from commerce.orders where provider_order_id = 'vendor-9'"), Is.EqualTo(1));
        Assert.That(mealMe.ConfirmCount, Is.EqualTo(1));
    }

    [Test]
    public async Task When_the_order_is_provably_dead_the_shopper_can_confirm_again()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger, ("LOOPGPT_MEALME_TIMEOUT", "150"));
        var token = await StuckAsync(app, mealMe);
        mealMe.OnFind = _ => new LookupOutcome.Dead("cancelled");
        mealMe.OnConfirm = (request, _) => Task.FromResult<ConfirmOutcome>(new ConfirmOutcome.Placed("vendor-10", null, null));

        await RecoverAsync(app);
        var answer = await app.ConfirmAsync(token);

        Assert.That(answer.GetProperty("success").GetBoolean(), Is.True, answer.GetRawText());
        Assert.That(mealMe.ConfirmCount, Is.EqualTo(2));
    }

    [Test]
    public async Task An_order_that_the_provider_does_not_show_stays_unknown_and_is_handed_to_operators_after_its_limit()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger, ("LOOPGPT_MEALME_TIMEOUT", "150"));
        var token = await StuckAsync(app, mealMe);
        mealMe.OnFind = _ => new LookupOutcome.NotFound();

        await RecoverAsync(app);
        Assert.That(await app.ScalarAsync<string>("select status from commerce.routing_sessions"), Is.EqualTo("confirming"));
        Assert.That(await app.ScalarAsync<long>("select count(*) from commerce.order_attempts where attention_at is not null"), Is.Zero);

        await app.AgeAsync(TimeSpan.FromHours(1));
        await RecoverAsync(app);
        var review = app.Services.GetRequiredService<PlacementReview>();
        var open = (await review.ListAsync(CancellationToken.None)).Placements.Single();
        Assert.That(open.WhatToDo, Does.StartWith("Ask MEALME whether").And.Contain("not_placed"));
        Assert.That((await app.ConfirmAsync(token)).Error(), Is.EqualTo("CONFIRMATION_IN_PROGRESS"));
        Assert.That(kroger.ConfirmCount, Is.Zero);

        await review.SettleAsync(open.Id, new SettlePlacement("placed", "vendor-12", "ada", "seen in the portal"), CancellationToken.None);
        await RecoverAsync(app);
        Assert.That((await app.ConfirmAsync(token)).GetProperty("success").GetBoolean(), Is.True);
        Assert.That(await app.ScalarAsync<string>("select provider_order_id from commerce.orders"), Is.EqualTo("vendor-12"));
    }

    [Test]
    public async Task An_operator_s_answer_that_nothing_was_placed_frees_the_token_and_is_taken_once()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger, ("LOOPGPT_MEALME_TIMEOUT", "150"));
        var token = await StuckAsync(app, mealMe);
        var review = app.Services.GetRequiredService<PlacementReview>();
        var answer = new SettlePlacement("not_placed", null, "ada", "cancelled by their support");
        var id = (await review.ListAsync(CancellationToken.None)).Placements.Single().Id;
        Assert.That(
            await review.SettleAsync(id, answer, CancellationToken.None),
            Is.EqualTo(new SettlementOutcome.Refused(new PlacementNotHandedOver())), "the provider may still commit it");
        await app.AgeAsync(TimeSpan.FromHours(1));
        await RecoverAsync(app);

        Assert.That(await review.SettleAsync(id, answer, CancellationToken.None), Is.InstanceOf<SettlementOutcome.Settled>());
        await RecoverAsync(app);
        mealMe.OnConfirm = (_, _) => Task.FromResult<ConfirmOutcome>(new ConfirmOutcome.Placed("vendor-13", null, null));

        Assert.That((await app.ConfirmAsync(token)).GetProperty("success").GetBoolean(), Is.True);
        Assert.That(
            await review.SettleAsync(Guid.NewGuid(), answer, CancellationToken.None),
            Is.EqualTo(new SettlementOutcome.Refused(new PlacementNotFound())));
    }

    [Test]
    public async Task Every_attempt_that_may_have_placed_an_order_is_asked_about_not_only_the_last()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger, ("LOOPGPT_MEALME_TIMEOUT", "150"));
        var token = await StuckAsync(app, mealMe);
        await app.ExecuteAsync(
            """
            insert into commerce.order_attempts (id, session_id, leg, attempt_no, provider_id, idempotency_key, outcome, total_cents, started_at)
            select gen_random_uuid(), session_id, 0, 2, 'KROGER_API', 'later', 'failed', 1, now() from commerce.order_attempts
            """);
        mealMe.OnFind = _ => new LookupOutcome.Found("vendor-9", null);

        await RecoverAsync(app);

        Assert.That((await app.ConfirmAsync(token)).GetProperty("success").GetBoolean(), Is.True);
        Assert.That(await app.ScalarAsync<string>("select provider_order_id from commerce.orders"), Is.EqualTo("vendor-9"));
    }

    [TestCase("'{}'", TestName = "A_session_that_cannot_be_read_costs_no_other_its_turn")]
    [TestCase("'[]'", TestName = "A_session_that_throws_costs_no_other_its_turn")]
    public async Task A_broken_session_costs_no_other_its_turn(string quotes)
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger);
        await app.TokenAsync(",\"userId\":\"broken\"");
        var token = await app.TokenAsync();
        await app.ExecuteAsync("update commerce.routing_sessions set status = 'confirming', updated_at = now() - interval '3 min'");
        await app.ExecuteAsync(
            $"update commerce.routing_sessions set quotes = {quotes}, updated_at = now() - interval '4 min' where user_id = 'broken'");

        await RecoverAsync(app);

        Assert.That((await app.ConfirmAsync(token)).GetProperty("success").GetBoolean(), Is.True);
    }

    [Test]
    public async Task While_the_provider_cannot_tell_nothing_is_decided()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger, ("LOOPGPT_MEALME_TIMEOUT", "150"));
        await StuckAsync(app, mealMe);

        await RecoverAsync(app);

        Assert.That(await app.ScalarAsync<string>("select status from commerce.routing_sessions"), Is.EqualTo("confirming"));
    }

    [Test]
    public async Task A_crash_before_the_provider_was_asked_loses_nothing()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger);
        var token = await app.TokenAsync();
        await app.ExecuteAsync("update commerce.routing_sessions set status = 'confirming', updated_at = now() - interval '3 min'");

        await RecoverAsync(app);

        Assert.That((await app.ConfirmAsync(token)).GetProperty("success").GetBoolean(), Is.True);
    }

    [Test]
    public async Task A_recent_confirmation_is_not_recovered_yet()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger);
        await app.TokenAsync();
        await app.ExecuteAsync("update commerce.routing_sessions set status = 'confirming', updated_at = now()");

        await RecoverAsync(app);

        Assert.That(await app.ScalarAsync<string>("select status from commerce.routing_sessions"), Is.EqualTo("confirming"));
    }

    [Test]
    public async Task Old_sessions_and_keys_are_purged_and_unfinished_ones_kept()
    {
        await using var app = await RouterFixture.StartAsync();
        for (var order = 0; order < 4; order++)
        {
            await app.RouteAsync(Baskets.One($$""","userId":"{{order}}" """));
        }

        await app.ExecuteAsync("update commerce.routing_sessions set expires_at = now() - interval '8 days' where user_id in ('0', '1', '2')");
        await app.ExecuteAsync("update commerce.routing_sessions set status = 'confirming' where user_id = '1'");
        await app.ExecuteAsync("update commerce.routing_sessions set expires_at = now() - interval '1 hour' where user_id = '2'");

        var report = await app.Services.GetRequiredService<PurgeSessionsJob>().RunAsync(Run(), CancellationToken.None);

        Assert.That(report.Summary["expired"], Is.EqualTo(2));
        Assert.That(
            await app.ScalarAsync<string>("select string_agg(user_id || ':' || status, ' ' order by user_id) from commerce.routing_sessions"),
            Is.EqualTo("1:confirming 2:expired 3:pending"));
    }

    /// <summary>A confirmation whose answer was lost, three minutes ago.</summary>
    private static async Task<string> StuckAsync(RouterFixture app, FakeGateway mealMe)
    {
        mealMe.OnConfirm = (_, _) => new TaskCompletionSource<ConfirmOutcome>().Task;
        mealMe.OnFind = _ => new LookupOutcome.Unknown("no answer");
        var token = await app.TokenAsync();
        Assert.That((await app.ConfirmAsync(token)).Error(), Is.EqualTo("CONFIRMATION_IN_PROGRESS"));
        await app.ExecuteAsync("update commerce.routing_sessions set updated_at = now() - interval '3 min'");
        return token;
    }

    private static Task RecoverAsync(RouterFixture app) =>
        app.Services.GetRequiredService<RecoverConfirmationsJob>().RunAsync(Run(), CancellationToken.None);

    private static JobRun Run() => new(Guid.NewGuid(), JobRun.Timer, 1, TimeProvider.System.GetUtcNow());
}
