using System.Diagnostics;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Jobs;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Jobs;

public sealed class JobRunnerTests
{
    [Test]
    public async Task An_occurrence_that_fires_on_many_instances_runs_once()
    {
        var job = SampleJob.ThatSucceeds();
        await using var fixture = await JobFixture.StartAsync(job);
        var runners = Enumerable.Range(0, 8).Select(_ => fixture.Runner(job)).ToArray();

        await Task.WhenAll(runners.Select(runner => runner.TickAsync("sample-job", CancellationToken.None)));

        Assert.That(job.Passes, Is.EqualTo(1));
        Assert.That((await fixture.StateAsync()).Runs, Is.EqualTo(1));
    }

    [Test]
    public async Task The_next_occurrence_runs_when_the_spacing_has_passed()
    {
        var job = SampleJob.ThatSucceeds();
        await using var fixture = await JobFixture.StartAsync(job);
        var runner = fixture.Runner(job);
        await runner.TickAsync("sample-job", CancellationToken.None);

        fixture.Clock.Advance(TimeSpan.FromSeconds(59));
        var early = await runner.TickAsync("sample-job", CancellationToken.None);
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        var due = await runner.TickAsync("sample-job", CancellationToken.None);

        Assert.That(early, Is.EqualTo(new JobOutcome.Skipped(SkipReason.NotDue)));
        Assert.That(due, Is.TypeOf<JobOutcome.Completed>());
    }

    [Test]
    public async Task A_timer_that_fires_before_the_migrations_have_ended_waits_for_them()
    {
        var job = SampleJob.ThatSucceeds();
        await using var fixture = await JobFixture.StartAsync(job);
        fixture.Migrations = new MigrationGate();
        var runner = fixture.Runner(job);

        var tick = runner.TickAsync("sample-job", CancellationToken.None);
        var retry = runner.RetryDueAsync(CancellationToken.None);
        await Eventually.BecomesTrueAsync(() => Task.FromResult(fixture.Clock.WaitingTimers == 2), "both wait");
        var passesBefore = job.Passes;
        fixture.Migrations.Open();

        Assert.That(await tick, Is.TypeOf<JobOutcome.Completed>());
        await retry;
        Assert.That((passesBefore, job.Passes), Is.EqualTo((0, 1)));
    }

    [Test]
    public async Task A_timer_does_not_wait_longer_for_the_migrations_than_for_an_outage()
    {
        var job = SampleJob.ThatSucceeds();
        await using var fixture = await JobFixture.StartAsync(job);
        fixture.Migrations = new MigrationGate();

        var tick = fixture.Runner(job).TickAsync("sample-job", CancellationToken.None);
        await Eventually.BecomesTrueAsync(() => Task.FromResult(fixture.Clock.WaitingTimers == 1), "it waits");
        fixture.Clock.Advance(TimeSpan.FromSeconds(31));

        Assert.That(await tick, Is.EqualTo(new JobOutcome.Skipped(SkipReason.Busy)));
        Assert.That(job.Passes, Is.Zero);
    }

    [Test]
    public async Task An_argument_that_the_job_does_not_take_is_refused_and_a_known_one_reaches_the_run()
    {
        int? seen = null;
        var job = new SampleJob((run, _) =>
        {
            seen = run.Argument("limit");
            return Task.FromResult(JobReport.Of(true));
        });
        await using var fixture = await JobFixture.StartAsync(job);
        var runner = fixture.Runner(job);

        var unknown = await RunAsync("idle_hours", 3);
        var tooLarge = await RunAsync("limit", 101);
        var runsBefore = job.Passes;
        var fine = await RunAsync("limit", 100);

        Assert.That(unknown, Is.TypeOf<JobOutcome.BadArgument>());
        Assert.That(tooLarge, Is.TypeOf<JobOutcome.BadArgument>());
        Assert.That(fine, Is.TypeOf<JobOutcome.Completed>());
        Assert.That((runsBefore, seen), Is.EqualTo((0, 100)));

        Task<JobOutcome> RunAsync(string name, int value) => runner.RunNowAsync(
            "sample-job", "test", evenIfDisabled: false, new Dictionary<string, int> { [name] = value }, CancellationToken.None);
    }

    [Test]
    public async Task A_failed_attempt_is_retried_after_its_backoff_and_success_clears_the_error()
    {
        var job = new SampleJob((run, _) => run.Attempt == 1
            ? throw new InvalidOperationException("boom")
            : Task.FromResult(JobReport.Of(true)));
        await using var fixture = await JobFixture.StartAsync(job);
        var runner = fixture.Runner(job);

        var first = await runner.TickAsync("sample-job", CancellationToken.None);
        var failing = await fixture.StateAsync();
        var early = await runner.RetryAsync("sample-job", CancellationToken.None);
        fixture.Clock.Advance(TimeSpan.FromSeconds(10));
        var second = await runner.RetryAsync("sample-job", CancellationToken.None);
        var state = await fixture.StateAsync();

        Assert.Multiple(() =>
        {
            Assert.That(first, Is.TypeOf<JobOutcome.Failed>());
            Assert.That(failing.LastError, Is.EqualTo("boom"));
            Assert.That(failing.ConsecutiveFailures, Is.EqualTo(1));
            Assert.That(failing.ConsecutiveRunFailures, Is.Zero);
            Assert.That(early, Is.EqualTo(new JobOutcome.Skipped(SkipReason.Busy)));
            Assert.That(second, Is.TypeOf<JobOutcome.Completed>());
            Assert.That(
                (state.Runs, state.Success, state.AttemptFailures, state.Retries, state.LastError),
                Is.EqualTo((1L, 1L, 1L, 1L, (string?)null)));
            Assert.That(state.LastSuccessAt, Is.EqualTo(fixture.Clock.GetUtcNow()));
        });
    }

    [Test]
    public async Task A_run_that_exhausts_its_attempts_fails_and_counts_each()
    {
        var job = new SampleJob((_, _) => throw new InvalidOperationException("boom"));
        await using var fixture = await JobFixture.StartAsync(job);
        var runner = fixture.Runner(job);

        await runner.TickAsync("sample-job", CancellationToken.None);
        fixture.Clock.Advance(TimeSpan.FromSeconds(10));
        await runner.RetryAsync("sample-job", CancellationToken.None);
        var state = await fixture.StateAsync();
        var run = (await fixture.RunsAsync()).Single();

        Assert.Multiple(() =>
        {
            Assert.That(
                (state.RunFailures, state.ConsecutiveFailures, state.ConsecutiveRunFailures), Is.EqualTo((1L, 2, 1)));
            Assert.That((run.Status, run.Attempt, run.Error), Is.EqualTo(("failed", 2, "boom")));
        });
    }

    [Test]
    public async Task A_manual_run_needs_no_occurrence_and_records_who_requested_it()
    {
        var job = SampleJob.ThatSucceeds();
        await using var fixture = await JobFixture.StartAsync(job);
        var runner = fixture.Runner(job);
        await runner.TickAsync("sample-job", CancellationToken.None);

        var outcome = await runner.RunNowAsync("sample-job", "on-call", evenIfDisabled: false, CancellationToken.None);

        Assert.That(outcome, Is.TypeOf<JobOutcome.Completed>());
        Assert.That((await fixture.RunsAsync()).Select(run => run.TriggeredBy), Does.Contain("on-call"));
    }

    [Test]
    public async Task A_switched_off_job_does_not_run()
    {
        var job = SampleJob.ThatSucceeds();
        job.IsEnabled = false;
        await using var fixture = await JobFixture.StartAsync(job);
        var runner = fixture.Runner(job);

        var tick = await runner.TickAsync("sample-job", CancellationToken.None);
        var refused = await runner.RunNowAsync("sample-job", "x", evenIfDisabled: false, CancellationToken.None);
        var forced = await runner.RunNowAsync("sample-job", "x", evenIfDisabled: true, CancellationToken.None);

        Assert.That(tick, Is.EqualTo(new JobOutcome.Skipped(SkipReason.Disabled)));
        Assert.That(refused, Is.EqualTo(new JobOutcome.Skipped(SkipReason.Disabled)));
        Assert.That(forced, Is.TypeOf<JobOutcome.Completed>());
    }

    [Test]
    public async Task An_idle_run_updates_the_state_and_leaves_no_row()
    {
        var job = new SampleJob((_, _) => Task.FromResult(JobReport.Idle));
        await using var fixture = await JobFixture.StartAsync(job);

        await fixture.Runner(job).TickAsync("sample-job", CancellationToken.None);

        Assert.That((await fixture.StateAsync()).Success, Is.EqualTo(1));
        Assert.That(await fixture.RunsAsync(), Is.Empty);
    }

    [Test]
    public async Task A_run_whose_process_crashed_is_taken_over_when_its_lease_expires_and_shown_as_abandoned()
    {
        var began = new TaskCompletionSource();
        var hung = new SampleJob(async (_, _) =>
        {
            began.TrySetResult();
            await new TaskCompletionSource().Task;
            return JobReport.Idle;
        });
        var job = SampleJob.ThatSucceeds();
        await using var fixture = await JobFixture.StartAsync(job);
        _ = fixture.Runner(hung).TickAsync("sample-job", CancellationToken.None);
        await began.Task;

        // The crashed process does not renew: the clock jumps past the lease before its timer fires.
        var later = new FixedClock(fixture.Clock.GetUtcNow() + TimeSpan.FromMinutes(5));
        var outcome = await fixture.RunnerAt(later, job).TickAsync("sample-job", CancellationToken.None);

        Assert.That(outcome, Is.TypeOf<JobOutcome.Completed>());
        Assert.That((await fixture.RunsAsync()).Select(run => run.Status), Is.EquivalentTo(new[] { "abandoned", "completed" }));
    }

    [Test]
    public async Task A_long_run_keeps_its_lease()
    {
        var release = new TaskCompletionSource();
        var began = new TaskCompletionSource();
        var slow = new SampleJob(async (_, _) =>
        {
            began.TrySetResult();
            await release.Task;
            return JobReport.Of(true);
        });
        await using var fixture = await JobFixture.StartAsync(slow);
        var running = fixture.Runner(slow).TickAsync("sample-job", CancellationToken.None);
        await began.Task;
        await Eventually.BecomesTrueAsync(() => fixture.Clock.WaitingTimers > 0, "the lease waits for its renewal");
        var before = (await fixture.StateAsync()).LockedUntil;

        fixture.Clock.Advance(slow.Definition.Lease / 3);
        await Eventually.BecomesTrueAsync(
            async () => (await fixture.StateAsync()).LockedUntil > before, "the lease is renewed");
        release.SetResult();

        Assert.That(await running, Is.TypeOf<JobOutcome.Completed>());
    }

    [Test]
    public async Task A_stopped_run_releases_its_occurrence()
    {
        using var stop = new CancellationTokenSource();
        var job = new SampleJob(async (run, token) =>
        {
            if (run.Attempt == 1 && !stop.IsCancellationRequested)
            {
                await stop.CancelAsync();
                token.ThrowIfCancellationRequested();
            }

            return JobReport.Of(true);
        });
        await using var fixture = await JobFixture.StartAsync(job);
        var runner = fixture.Runner(job);

        Assert.That(
            async () => await runner.TickAsync("sample-job", stop.Token), Throws.InstanceOf<OperationCanceledException>());
        var next = await runner.TickAsync("sample-job", CancellationToken.None);

        Assert.That(next, Is.TypeOf<JobOutcome.Completed>());
    }

    [Test]
    public async Task A_restart_takes_the_job_over_and_clears_its_error()
    {
        var fails = true;
        var job = new SampleJob((_, _) => fails
            ? throw new InvalidOperationException("boom")
            : Task.FromResult(JobReport.Of(true)));
        await using var fixture = await JobFixture.StartAsync(job);
        var runner = fixture.Runner(job);
        await runner.TickAsync("sample-job", CancellationToken.None);

        fails = false;
        var outcome = await runner.RestartAsync("sample-job", "on-call", CancellationToken.None);

        Assert.That(outcome, Is.TypeOf<JobOutcome.Completed>());
        Assert.That((await fixture.StateAsync()).LastError, Is.Null);
    }

    [Test]
    public async Task A_run_records_the_trace_of_its_last_attempt_even_when_spans_are_not_exported()
    {
        var traces = new List<string>();
        var job = new SampleJob((run, _) =>
        {
            traces.Add(Activity.Current!.TraceId.ToHexString());
            return run.Attempt == 1 ? throw new InvalidOperationException("boom") : Task.FromResult(JobReport.Of(true));
        });
        await using var fixture = await JobFixture.StartAsync(job);

        await fixture.Runner(job).RunNowAsync(job.Definition.Id, "manual", false, CancellationToken.None);
        var first = (await fixture.RunsAsync()).Single();
        fixture.Clock.Advance(TimeSpan.FromHours(1));
        await fixture.Runner(job).RetryAsync(job.Definition.Id, CancellationToken.None);
        var second = (await fixture.RunsAsync()).Single();

        Assert.That(traces, Is.Unique);
        Assert.That((first.Status, first.TraceId), Is.EqualTo(("retrying", traces[0])));
        Assert.That((second.Status, second.TraceId), Is.EqualTo(("completed", traces[1])));
    }

    [Test]
    public async Task An_unknown_job_is_reported_by_name()
    {
        await using var fixture = await JobFixture.StartAsync();

        Assert.That(
            await fixture.Runner().RunNowAsync("nope", "x", evenIfDisabled: false, CancellationToken.None),
            Is.EqualTo(new JobOutcome.Unknown("nope")));
    }
}
