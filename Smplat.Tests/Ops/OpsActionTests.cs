namespace Smplat.Tests.Ops;

[Parallelizable(ParallelScope.All)]
public sealed class OpsActionTests
{
    private const string Actor = "ops-page:operator";

    [TestCase(null)]
    [TestCase("guess")]
    public async Task A_form_without_the_token_of_its_session_does_nothing(string? token)
    {
        await using var ops = await OpsFixture.SignedInAsync();

        var answer = await ops.SendAsync("/ops/banner", token, ("message", "forged"));

        Assert.That((int)answer.StatusCode, Is.EqualTo(403));
        Assert.That(answer.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/html"));
        Assert.That(await ops.Rows.ScalarAsync<long>("select count(*) from incident_banner"), Is.Zero);
    }

    [Test]
    public async Task A_token_of_another_session_or_of_the_login_form_does_nothing()
    {
        await using var ops = await OpsFixture.StartAsync();
        var login = OpsFixture.TokenIn((await ops.OpenAsync("/ops/login")).Html);
        await ops.LogInAsync(OpsFixture.OperatorKey);
        var other = OpsFixture.TokenIn((await ops.OpenAsync("/ops")).Html);
        await ops.ActAsync("/ops/logout");
        await ops.LogInAsync(OpsFixture.OperatorKey);

        foreach (var token in new[] { other, login })
        {
            Assert.That((int)(await ops.SendAsync("/ops/jobs/retention/run", token)).StatusCode, Is.EqualTo(403));
        }
    }

    [Test]
    public async Task A_json_body_is_not_a_form()
    {
        await using var ops = await OpsFixture.SignedInAsync();
        var token = OpsFixture.TokenIn((await ops.OpenAsync("/ops")).Html);

        var answer = await ops.Client.PostAsync("/ops/banner", new StringContent($"form_token={token}&message=x"));

        Assert.That((int)answer.StatusCode, Is.EqualTo(403));
    }

    [Test]
    public async Task A_job_runs_at_once_and_the_ledger_names_the_page_and_its_key()
    {
        await using var ops = await OpsFixture.SignedInAsync();

        var answer = await ops.ActAsync("/ops/jobs/retention/run");
        var (_, html) = await ops.OpenAsync("/ops/jobs/retention");
        var (_, again) = await ops.OpenAsync("/ops/jobs/retention");

        Assert.That(answer.Headers.Location!.ToString(), Is.EqualTo("/ops/jobs/retention"));
        Assert.That(await ops.Rows.ScalarAsync<string>("select triggered_by from job_run where job_id = 'retention'"), Is.EqualTo(Actor));
        Assert.That(html, Does.Contain("retention ran:").And.Contain(Actor));
        Assert.That(html, Does.Contain(await ops.Rows.ScalarAsync<string>("select trace_id from job_run where job_id = 'retention'")), "its trace");
        Assert.That(again, Does.Not.Contain("retention ran:"), "what was done is told once");
    }

    [Test]
    public async Task A_job_that_is_switched_off_runs_only_when_explicitly_requested()
    {
        await using var ops = await OpsFixture.SignedInAsync(new() { ["WEEKLY_DIGEST_ENABLED"] = "false" });

        var refused = await ops.ActAsync("/ops/jobs/weekly-digest/run");
        var done = await ops.ActAsync("/ops/jobs/weekly-digest/run", ("even_if_disabled", "true"));

        Assert.That((int)refused.StatusCode, Is.EqualTo(409));
        Assert.That(await refused.Content.ReadAsStringAsync(), Does.Contain("switch of weekly-digest is off"));
        Assert.That((int)done.StatusCode, Is.EqualTo(303));
    }

    [TestCase("/ops/jobs/nothing/run")]
    [TestCase("/ops/jobs/%3Cscript%3E/restart")]
    public async Task An_unknown_job_is_a_page_that_says_so(string path)
    {
        await using var ops = await OpsFixture.SignedInAsync();

        var answer = await ops.ActAsync(path);

        Assert.That((int)answer.StatusCode, Is.EqualTo(404));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("There is no such job").And.Not.Contain("<script>"));
    }

    [Test]
    public async Task A_dead_letter_is_replayed_and_another_discarded_with_actor_and_reason()
    {
        await using var ops = await OpsFixture.SignedInAsync();
        var (first, second) = (await ops.Rows.ADeadLetterAsync(), await ops.Rows.ADeadLetterAsync());

        var replayed = await ops.ActAsync($"/ops/queue/{first}/replay", ("reason", "provider is back"), ("actor", "somebody else"));
        var discarded = await ops.ActAsync($"/ops/queue/{second}/discard", ("reason", "order was refunded"));

        Assert.That((int)replayed.StatusCode, Is.EqualTo(303));
        Assert.That((int)discarded.StatusCode, Is.EqualTo(303));
        const string read = "select string_agg(action || '|' || actor || '|' || reason, ';' order by id) from fulfillment_task_action";
        Assert.That(
            await ops.Rows.ScalarAsync<string>(read),
            Is.EqualTo($"replay|{Actor}|provider is back;discard|{Actor}|order was refunded"));
        Assert.That(
            await ops.Rows.ScalarAsync<string>("select status from fulfillment_tasks where id = @second", new { second }), Is.EqualTo("cancelled"));
    }

    [Test]
    public async Task A_decision_without_a_reason_is_refused_and_changes_nothing()
    {
        await using var ops = await OpsFixture.SignedInAsync();
        var task = await ops.Rows.ADeadLetterAsync();

        var answer = await ops.ActAsync($"/ops/queue/{task}/replay", ("reason", "  "));

        Assert.That((int)answer.StatusCode, Is.EqualTo(422));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("reason"));
        Assert.That(await ops.Rows.ScalarAsync<string>("select status from fulfillment_tasks"), Is.EqualTo("failed"));
    }

    [Test]
    public async Task A_decision_that_does_not_apply_is_refused_with_a_message()
    {
        await using var ops = await OpsFixture.SignedInAsync();
        var task = await ops.Rows.ADeadLetterAsync(orderStatus: "canceled");

        var canceled = await ops.ActAsync($"/ops/queue/{task}/replay", ("reason", "try"));
        var unknown = await ops.ActAsync($"/ops/queue/{Guid.NewGuid()}/replay", ("reason", "try"));
        var noTask = await ops.ActAsync("/ops/queue/no-task/discard", ("reason", "try"));

        Assert.That((int)canceled.StatusCode, Is.EqualTo(409));
        Assert.That(await canceled.Content.ReadAsStringAsync(), Does.Contain("canceled"));
        Assert.That(new[] { (int)unknown.StatusCode, (int)noTask.StatusCode }, Is.All.EqualTo(404));
    }

    [Test]
    public async Task Many_dead_letters_are_replayed_at_once_by_their_error()
    {
        await using var ops = await OpsFixture.SignedInAsync();
        for (var index = 0; index < 3; index++)
        {
            await ops.Rows.ADeadLetterAsync(error: "timeout");
        }

        await ops.Rows.ADeadLetterAsync(error: "forbidden");
        await ops.ActAsync("/ops/queue/redrive", ("error_contains", "timeout"), ("limit", "2"), ("reason", "provider is back"));

        Assert.That((await ops.OpenAsync("/ops/queue")).Html, Does.Contain("Replayed tasks: 2. Matching tasks that remain: 1."));
        Assert.That(await ops.Rows.ScalarAsync<long>("select count(*) from fulfillment_tasks where status = 'failed'"), Is.EqualTo(2));
    }

    [Test]
    public async Task The_banner_is_set_and_cleared_with_a_reason_and_recorded()
    {
        await using var ops = await OpsFixture.SignedInAsync();

        await ops.ActAsync("/ops/banner", ("message", "Kroger is slow"), ("severity", "critical"), ("reference", "INC-7"));
        var (_, up) = await ops.OpenAsync("/ops/flags");
        var without = await ops.ActAsync("/ops/banner/clear");
        await ops.ActAsync("/ops/banner/clear", ("reason", "Kroger recovered"));
        var (_, down) = await ops.OpenAsync("/ops");

        Assert.That(up, Does.Contain("<aside class=\"incident critical\"").And.Contain("Kroger is slow").And.Contain(Actor).And.Contain("INC-7"));
        Assert.That((int)without.StatusCode, Is.EqualTo(422));
        Assert.That(down, Does.Not.Contain("<aside class=\"incident").And.Contain("Kroger recovered"));
        const string read = "select string_agg(action || '|' || actor || '|' || coalesce(reason, ''), ';' order by id) from incident_banner_change";
        Assert.That(await ops.Rows.ScalarAsync<string>(read), Is.EqualTo($"set|{Actor}|;clear|{Actor}|Kroger recovered"));
    }

    [Test]
    public async Task Messages_are_resent_one_by_one_or_by_reason()
    {
        await using var ops = await OpsFixture.SignedInAsync();
        var one = await ops.Rows.AMessageAsync("order_update", "dead", "delivery_unknown");
        await ops.Rows.AMessageAsync("order_update", "dead", "attempts_exhausted");
        await ops.Rows.AMessageAsync("order_update", "dead", "attempts_exhausted");

        await ops.ActAsync("/ops/messages/redrive", ("ids", one.ToString()), ("reason", "not in the mail log"));
        await ops.ActAsync("/ops/messages/redrive", ("message_reason", "attempts_exhausted"), ("limit", "1"), ("reason", "mail is back"));
        var nothing = await ops.ActAsync("/ops/messages/redrive", ("reason", "all of them"));

        Assert.That(await ops.Rows.ScalarAsync<long>("select count(*) from notification_outbox where status = 'pending'"), Is.EqualTo(2));
        Assert.That(
            await ops.Rows.ScalarAsync<long>("select count(*) from notification_intervention where actor = @Actor", new { Actor }), Is.EqualTo(2));
        Assert.That((int)nothing.StatusCode, Is.EqualTo(422));
    }
}
