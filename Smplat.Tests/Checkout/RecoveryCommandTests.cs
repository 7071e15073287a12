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
    public async Task A_manual_run_is_recorded_under_its_label()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        await rig.ASessionAsync(await rig.AnInvoiceAsync(await rig.APersonAsync()));

        var run = await RunAsync(rig, "recovery", "hosted", "run", "--triggered-by", "manual", "--force");

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(
            await rig.QueryAsync<string>("select triggered_by || ' ' || status from smplat_hosted_session_recovery.runs"), Is.EqualTo("manual completed"));
    }

    [Test]
    public async Task Digests_are_counted_shown_and_enqueued_once()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        await rig.AnOrderAsync(await rig.APersonAsync(marketing: true), "SM000042");

        var dry = await RunAsync(rig, "digest", "run", "--dry-run", "--json");
        var written = await rig.QueryAsync<long>("select count(*) from notification_outbox");
        var preview = await RunAsync(rig, "digest", "run", "--preview");
        var first = await RunAsync(rig, "digest", "run", "--json", "--force");
        var second = await RunAsync(rig, "digest", "run", "--json", "--force");

        Assert.That((EnqueuedBy(dry), written, EnqueuedBy(first), EnqueuedBy(second)), Is.EqualTo((1, 0L, 1, 0)));
        Assert.That(preview.Output, Does.StartWith("Subject: Your SMPLAT weekly digest").And.Contain("Order SM000042 blueprint"));
    }

    [Test]
    public async Task Messages_are_listed_and_previewed_and_not_suppressed_when_no_sender_is_configured()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        await rig.EnqueueAsync("order_status_update", await rig.APersonAsync(), "key-1");

        await using var app = await AppOfAsync(rig);
        var list = await RunAsync(rig, app, "notifications", "list", "--status", "pending", "--json");
        var wrong = await RunAsync(rig, app, "notifications", "list", "--status", "lost");
        var preview = await RunAsync(rig, app, "notifications", "preview", "payment_success", "--html");
        var unknown = await RunAsync(rig, app, "notifications", "preview", "nonsense");
        var deliver = await RunAsync(rig, "notifications", "deliver");

        Assert.That(JsonElement.Parse(list.Output).GetProperty("messages")[0].GetProperty("idempotency_key").GetString(), Is.EqualTo("key-1"));
        Assert.That(preview.Output, Does.Contain("<!doctype html>").And.Contain("Payment received"));
        Assert.That((wrong.ExitCode, unknown.ExitCode, deliver.ExitCode), Is.EqualTo((2, 2, 2)));
        Assert.That(deliver.Error, Does.Contain("SMTP_HOST"));
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
