using System.Text.Json;
using Smplat.Tests.Billing;
using Smplat.Tests.Platform.Outbox;
using Smplat.Tests.Support;

namespace Smplat.Tests.Checkout;

/// <summary>The procedures of the recovery, digest and notification runbooks, as operators type them.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class RecoveryCommandTests
{
    [Test]
    public async Task A_plan_is_inspected_into_a_file_and_applied_once()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        await rig.ASessionAsync(await rig.AnInvoiceAsync(await rig.APersonAsync()));
        using var folder = TestFolder.Create(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var plan = Path.Combine(folder.Path, "plan.json");

        var inspected = await RunAsync(rig, "recovery", "inspect", "--out", plan);
        var applied = await RunAsync(rig, "recovery", "apply", plan, "--yes", "--json");
        var again = await RunAsync(rig, "recovery", "apply", plan, "--yes", "--json");

        Assert.That(inspected.Output, Does.StartWith("1 items in"));
        Assert.That(OutcomeOf(applied), Is.EqualTo("done"));
        Assert.That(OutcomeOf(again), Is.EqualTo("changed since"));
    }

    [TestCase("""{"items":[{"action":"burn"}]}""")]
    [TestCase("not a plan")]
    [TestCase("{}")]
    public async Task Anything_but_a_plan_is_a_usage_error(string content)
    {
        await using var rig = await CheckoutFixture.StartAsync();
        using var folder = TestFolder.Create(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var plan = Path.Combine(folder.Path, "plan.json");
        await File.WriteAllTextAsync(plan, content);

        var run = await RunAsync(rig, "recovery", "apply", plan);

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain("is not a plan"));
    }

    [Test]
    public async Task A_manual_run_is_made_by_the_app_and_recorded_under_its_label()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        await rig.ASessionAsync(await rig.AnInvoiceAsync(await rig.APersonAsync()));
        await using var app = await AppOfAsync(rig, ("HOSTED_RECOVERY_WORKER_ENABLED", "true"));

        // What the shell has set does not count: the run is the app's.
        var run = await RunAsync(rig, app, "recovery", "hosted", "run", "--triggered-by", "on-call", "--limit", "10");

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(
            await rig.QueryAsync<string>("select triggered_by || ' ' || status from smplat_hosted_session_recovery.runs"), Is.EqualTo("on-call completed"));
        Assert.That(
            await rig.QueryAsync<string>("select triggered_by || ' ' || status from job_run where job_id = 'hosted-session-recovery'"), Is.EqualTo("on-call completed"));
    }

    [TestCase("recovery hosted run", "hosted-session-recovery", "HOSTED_RECOVERY_WORKER_ENABLED")]
    [TestCase("recovery checkout run", "checkout-recovery-monitor", "CHECKOUT_RECOVERY_ENABLED")]
    [TestCase("digest run", "weekly-digest", "WEEKLY_DIGEST_ENABLED")]
    [TestCase("onboarding nudges", "onboarding-nudges", "ONBOARDING_NUDGES_ENABLED")]
    [TestCase("notifications deliver", "outbox", null)]
    public async Task A_command_that_runs_a_job_appears_in_history_and_obeys_readiness_and_the_switch(string command, string job, string? switchName)
    {
        await using var rig = await CheckoutFixture.StartAsync();
        await using var app = await AppOfAsync(rig, switchName is null ? [] : [(switchName, "false")]);
        var words = command.Split(' ');

        if (switchName is not null)
        {
            var off = await RunAsync(rig, app, words);
            Assert.That(off.ExitCode, Is.EqualTo(1), off.Output);
            Assert.That(off.Error.ReplaceLineEndings(" "), Does.Contain("switch is off"));
        }

        // Another job fails: readiness reports an error.
        await rig.ExecuteAsync("insert into job_state (job_id) values ('fulfillment-worker') on conflict do nothing; update job_state set consecutive_run_failures = 1, last_error = 'broken' where job_id = 'fulfillment-worker'");
        await Eventually.BecomesTrueAsync(
            async () => (await app.Client.GetStringAsync("/api/v1/readyz")).Contains("broken", StringComparison.Ordinal), "readiness reports the error");
        var refused = await RunAsync(rig, app, words);
        var forced = await RunAsync(rig, app, [.. words, "--force", "--json"]);

        Assert.That((refused.ExitCode, forced.ExitCode), Is.EqualTo((1, 0)), forced.Error);
        Assert.That(refused.Error.ReplaceLineEndings(" "), Does.Contain("fulfillment_worker").And.Contain("--force"));
        Assert.That(await rig.QueryAsync<long>("select count(*) from job_run where job_id = @job and triggered_by = 'manual'", new { job }), Is.EqualTo(1));
        Assert.That(JsonElement.Parse(forced.Output).GetProperty("status").GetString(), Is.EqualTo("completed"));
    }

    [Test]
    public async Task Digests_are_counted_shown_and_enqueued_once()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        await rig.AnOrderAsync(await rig.APersonAsync(marketing: true), "SM000042");

        await using var app = await AppOfAsync(rig, ("WEEKLY_DIGEST_ENABLED", "true"));

        var dry = await RunAsync(rig, "digest", "run", "--dry-run", "--json");
        var written = await rig.QueryAsync<long>("select count(*) from notification_outbox");
        var preview = await RunAsync(rig, "digest", "run", "--preview");
        var first = await RunAsync(rig, app, "digest", "run", "--json");
        var second = await RunAsync(rig, app, "digest", "run", "--json");

        var enqueued = ((CliRun[])[first, second]).Select(run => JsonElement.Parse(run.Output).GetProperty("summary").GetProperty("enqueued").GetInt32());
        Assert.That((EnqueuedBy(dry), written), Is.EqualTo((1, 0L)));
        Assert.That(enqueued, Is.EqualTo(new[] { 1, 0 }));
        Assert.That(preview.Output, Does.StartWith("Subject: Your SMPLAT weekly digest").And.Contain("Order SM000042 blueprint"));
    }

    [Test]
    public async Task Messages_are_listed_and_previewed_and_left_alone_when_no_app_answers()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        await rig.EnqueueAsync("order_status_update", await rig.APersonAsync(), "key-1");

        await using var app = await AppOfAsync(rig);
        var list = await RunAsync(rig, app, "notifications", "list", "--status", "pending", "--json");
        var wrong = await RunAsync(rig, app, "notifications", "list", "--status", "lost");
        var preview = await RunAsync(rig, app, "notifications", "preview", "payment_success", "--html");
        var unknown = await RunAsync(rig, app, "notifications", "preview", "nonsense");
        var deliver = await RunAsync(rig, "notifications", "deliver", "--base-url", "http://127.0.0.1:1");

        Assert.That(JsonElement.Parse(list.Output).GetProperty("messages")[0].GetProperty("idempotency_key").GetString(), Is.EqualTo("key-1"));
        Assert.That(preview.Output, Does.Contain("<!doctype html>").And.Contain("Payment received"));
        Assert.That((wrong.ExitCode, unknown.ExitCode, deliver.ExitCode), Is.EqualTo((2, 2, 1)));
        Assert.That((await rig.MessageAsync("key-1")).Status, Is.EqualTo("pending"));
    }

    private static Task<SmplatApp> AppOfAsync(OutboxFixture rig, params (string Name, string Value)[] settings) => SmplatApp.StartAsync(
        settings.Append(("SMPLAT_DATABASE", rig.Database.ConnectionString)).ToDictionary(setting => setting.Item1, setting => setting.Item2));

    private static Task<CliRun> RunAsync(OutboxFixture rig, SmplatApp app, params string[] words) =>
        RunAsync(rig, [.. words, "--base-url", app.Client.BaseAddress!.OriginalString]);

    private static Task<CliRun> RunAsync(OutboxFixture rig, params string[] words) =>
        CliRun.RunAsync([.. words, "--database", rig.Database.ConnectionString]);

    private static string? OutcomeOf(CliRun run) => JsonElement.Parse(run.Output)[0].GetProperty("outcome").GetString();

    private static int EnqueuedBy(CliRun run) => JsonElement.Parse(run.Output).GetProperty("enqueued").GetInt32();
}
