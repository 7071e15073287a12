using Smplat.FakeVendors.FulfillmentProvider;
using Smplat.FakeVendors.Hosting;

namespace Smplat.Tests.Operators.Drills;

/// <summary>The thresholds of requirements/002 for the fulfillment worker, with a provider that misbehaves and a database that breaks.</summary>
public sealed class FulfillmentAlertDrillTests
{
    private const string Worker = "fulfillment-worker";

    [Test]
    public async Task Dead_letters_and_failures_without_a_retry_alert_and_failures_that_are_retried_do_not()
    {
        await using var provider = new FakeFulfillmentProvider(TimeProvider.System);
        await provider.StartAsync(CancellationToken.None);
        await using var drill = await StartAsync(provider);
        await drill.Alerts.SeeAsync(6);

        provider.Faults.Always(new Fault.Status(503));
        await WorkAsync(drill);
        await drill.ShowsAsync("smplat_fulfillment_tasks_retried_total 1");
        await drill.Alerts.SeeAsync(4);
        drill.Alerts.Quiet("FulfillmentDeadLetterGrowth", "FulfillmentFailuresNotRetried", "FulfillmentLoopErrors");
        await drill.Alerts.SeeAsync(9);

        provider.Faults.Clear();
        provider.Faults.Always(new Fault.Status(422));
        await WorkAsync(drill);
        await drill.ShowsAsync("smplat_fulfillment_tasks_dead_lettered_total 1");
        await drill.Alerts.SeeAsync(1);
        drill.Alerts.Fires("FulfillmentDeadLetterGrowth");
        drill.Alerts.Quiet("FulfillmentFailuresNotRetried");
        await drill.Alerts.SeeAsync(3);
        drill.Alerts.Fires("FulfillmentDeadLetterGrowth", "FulfillmentFailuresNotRetried");
        await drill.Alerts.SeeAsync(12);
        drill.Alerts.Quiet("FulfillmentDeadLetterGrowth", "FulfillmentFailuresNotRetried", "FulfillmentLoopErrors");

        await drill.Alerts.JudgeAsync();
    }

    [Test]
    public async Task A_worker_whose_passes_fail_as_a_whole_alerts_and_its_tasks_do_not()
    {
        await using var provider = new FakeFulfillmentProvider(TimeProvider.System);
        await provider.StartAsync(CancellationToken.None);
        await using var drill = await StartAsync(provider);
        await WorkAsync(drill);
        await drill.ShowsAsync("smplat_fulfillment_tasks_processed_total 1");
        await drill.Alerts.SeeAsync(6);
        drill.Alerts.Quiet("FulfillmentLoopErrors", "JobRunsFail");

        await drill.TakeAwayAsync("fulfillment_tasks");
        Assert.That(await drill.RunJobAsync(Worker), Is.EqualTo("failed"));
        await drill.ShowsAsync("smplat_fulfillment_loop_errors_total 1");
        await drill.ShowsAsync($"smplat_job_run_failures_total{{job_id=\"{Worker}\",task=\"{Worker}\"}} 1");
        await drill.Alerts.SeeAsync(2);
        drill.Alerts.Fires("FulfillmentLoopErrors", "JobRunsFail{job_id=\"fulfillment-worker\"}");
        drill.Alerts.Quiet("FulfillmentDeadLetterGrowth", "FulfillmentFailuresNotRetried");

        await drill.BringBackAsync("fulfillment_tasks");
        await drill.Alerts.SeeAsync(6);
        drill.Alerts.Quiet("FulfillmentLoopErrors");

        await drill.Alerts.JudgeAsync();
    }

    [Test]
    public async Task Tasks_that_wait_for_a_failing_host_alert_after_ten_minutes_and_not_before()
    {
        await using var provider = new FakeFulfillmentProvider(TimeProvider.System);
        await provider.StartAsync(CancellationToken.None);
        await using var drill = await StartAsync(provider, ("FULFILLMENT_PARALLELISM", "1"), ("FULFILLMENT_BREAKER_SECONDS", "300"));
        await drill.Alerts.SeeAsync(6);

        provider.Faults.Always(new Fault.Status(503));
        for (var failing = 0; failing < 6; failing++)
        {
            await drill.Given.ATaskAsync();
        }

        await WorkAsync(drill);
        await drill.ShowsAsync("smplat_fulfillment_tasks_postponed_total 2");
        await drill.Alerts.SeeAsync(8);
        drill.Alerts.Quiet("FulfillmentHostPaused");
        await WorkAsync(drill);
        await drill.ShowsAsync("smplat_fulfillment_tasks_postponed_total 3");
        await drill.Alerts.SeeAsync(4);
        drill.Alerts.Fires("FulfillmentHostPaused");
        drill.Alerts.Quiet("FulfillmentDeadLetterGrowth");
        await drill.Alerts.SeeAsync(10);
        drill.Alerts.Quiet("FulfillmentHostPaused");

        await drill.Alerts.JudgeAsync();
    }

    private static Task<DrillFixture> StartAsync(FakeFulfillmentProvider provider, params (string Name, string Value)[] settings) =>
        DrillFixture.StartAsync(
            provider.Settings,
            settings.Append(("FULFILLMENT_WORKER_ENABLED", "true")).ToDictionary(setting => setting.Item1, setting => setting.Item2));

    private static async Task WorkAsync(DrillFixture drill)
    {
        await drill.Given.ATaskAsync();
        Assert.That(await drill.RunJobAsync(Worker), Is.EqualTo("completed"));
    }
}
