using Smplat.Tests.Support;
namespace Smplat.Tests.Operators.Drills;

/// <summary>The thresholds of requirements/003 for readiness, the scheduler, the digest and the reminders.</summary>
public sealed class JobAlertDrillTests
{
    private const string Metrics = "preset-event-metrics";

    [Test]
    public async Task A_scheduled_job_that_fails_for_five_minutes_alerts_from_its_first_attempt_on_and_no_longer_once_it_succeeds()
    {
        await using var drill = await DrillFixture.StartAsync();
        await drill.Alerts.SeeAsync(6);
        drill.Alerts.Quiet("SchedulerConsecutiveFailures", "JobRunsFail");

        await drill.TakeAwayAsync("preset_event_daily_count");
        Assert.That(await drill.RunJobAsync(Metrics), Is.EqualTo("failed"));
        await drill.ShowsAsync($"smplat_catalog_scheduler_job_consecutive_failures{{job_id=\"{Metrics}\",task=\"preset_event_metrics\"}} 1");
        await drill.Alerts.SeeAsync(4);
        drill.Alerts.Quiet("SchedulerConsecutiveFailures");
        await drill.Alerts.SeeAsync(2);
        drill.Alerts.Fires($"SchedulerConsecutiveFailures{{job_id=\"{Metrics}\"}}");
        drill.Alerts.Quiet("JobRunsFail");

        await drill.BringBackAsync("preset_event_daily_count");
        Assert.That(await drill.RunJobAsync(Metrics), Is.EqualTo("completed"));
        await drill.ShowsAsync($"smplat_catalog_scheduler_job_consecutive_failures{{job_id=\"{Metrics}\",task=\"preset_event_metrics\"}} 0");
        await drill.Alerts.SeeAsync(1);
        drill.Alerts.Quiet("SchedulerConsecutiveFailures");

        await drill.Alerts.JudgeAsync();
    }

    [TestCase("weekly-digest", "digest_issue", "DigestFailing")]
    [TestCase("onboarding-nudges", "onboarding_interactions", "NudgesFailing")]
    public async Task A_failed_server_action_that_notifies_people_alerts_the_first_time(string jobId, string table, string alert)
    {
        await using var drill = await DrillFixture.StartAsync();
        await drill.RunJobAsync(jobId);
        await drill.Alerts.SeeAsync(16);
        drill.Alerts.Quiet(alert, "JobRunsFail");

        await drill.TakeAwayAsync(table);
        Assert.That(await drill.RunJobAsync(jobId), Is.EqualTo("failed"));
        Assert.That(drill.Log.MessagesOf(1203), Has.Some.StartsWith($"server_action_failed: job {jobId},"));
        await drill.ShowsAsync($"smplat_job_attempt_failures_total{{job_id=\"{jobId}\",task=\"{jobId}\"}} 1");
        await drill.Alerts.SeeAsync(1);
        drill.Alerts.Fires(alert);
        drill.Alerts.Quiet("JobRunsFail", "SchedulerConsecutiveFailures");

        await drill.Alerts.JudgeAsync();
    }

    [Test]
    public async Task A_worker_in_error_pages_its_runs_alert_and_after_half_an_hour_leadership_knows()
    {
        const string Job = "hosted-session-recovery";
        await using var drill = await DrillFixture.StartAsync();
        await drill.Alerts.SeeAsync(16);
        drill.Alerts.Quiet("ComponentError", "JobRunsFail", "JobKeepsFailing", "IncidentLastsLong");

        await drill.TakeAwayAsync("hosted_checkout_sessions");
        for (var run = 0; run < 3; run++)
        {
            Assert.That(await drill.RunJobAsync(Job), Is.EqualTo("failed"));
        }

        await drill.ShowsAsync("smplat_component_status{component=\"hosted_session_recovery\",status=\"error\"} 1");
        await drill.ShowsAsync($"smplat_job_consecutive_run_failures{{job_id=\"{Job}\",task=\"{Job}\"}} 3");
        await drill.Alerts.SeeAsync(2);
        drill.Alerts.Fires("ComponentError{component=\"hosted_session_recovery\"}", $"JobRunsFail{{job_id=\"{Job}\"}}");
        drill.Alerts.Quiet("JobKeepsFailing", "IncidentLastsLong");
        await drill.Alerts.SeeAsync(5);
        drill.Alerts.Fires($"JobKeepsFailing{{job_id=\"{Job}\"}}");
        await drill.Alerts.SeeAsync(26);
        drill.Alerts.Fires("IncidentLastsLong{escalation=\"leadership\"}");

        await drill.Alerts.JudgeAsync();
    }

    [Test]
    public async Task A_worker_that_no_instance_runs_any_more_alerts_as_degraded()
    {
        await using var drill = await DrillFixture.StartAsync();
        await drill.ShowsAsync("smplat_component_status{component=\"hosted_session_recovery\",status=\"ready\"} 1");
        await drill.Alerts.SeeAsync(6);
        drill.Alerts.Quiet("ComponentDegraded");

        // The ledger takes no more signs of life, and the last one is of an hour ago.
        await drill.Given.ExecuteAsync(
            """
            update job_state set last_tick_at = now() - interval '1 hour';
            create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no signs of life'; end $$;
            create trigger refuse before update on job_state for each row execute function refuse();
            """);
        await drill.ShowsAsync("smplat_component_status{component=\"hosted_session_recovery\",status=\"starting\"} 1");
        await drill.Alerts.SeeAsync(4);
        drill.Alerts.Quiet("ComponentDegraded");
        await drill.Alerts.SeeAsync(2);
        drill.Alerts.Fires("ComponentDegraded{component=\"hosted_session_recovery\"}");
        drill.Alerts.Quiet("ComponentError");

        await drill.Alerts.JudgeAsync();
    }
}
