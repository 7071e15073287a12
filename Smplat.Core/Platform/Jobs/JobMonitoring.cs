using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Caching;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Platform.Jobs;

/// <summary>Reads the job ledger: the state of every job, and the runs.</summary>
public sealed class JobQueries(JobStore store, TimeProvider clock) : IDisposable
{
    private readonly ShortLivedCache<IReadOnlyDictionary<string, JobState>> _recent = new(clock, TimeSpan.FromSeconds(2));

    public DateTimeOffset Now => clock.GetUtcNow();

    public Task<IReadOnlyList<JobState>> ListStatesAsync(CancellationToken cancellationToken) => store.ListStatesAsync(cancellationToken);

    /// <param name="jobId">Null lists the runs of all jobs.</param>
    public Task<IReadOnlyList<JobRunRow>> ListRunsAsync(string? jobId, int limit, CancellationToken cancellationToken) =>
        store.ListRunsAsync(jobId, limit, cancellationToken);

    /// <summary>The state of one job, up to two seconds old.</summary>
    public async Task<JobState?> FindAsync(string jobId, CancellationToken cancellationToken) =>
        (await ReadRecentAsync(cancellationToken)).GetValueOrDefault(jobId);

    /// <summary>The states by job id, up to two seconds old: one read serves everyone who asks in that time.</summary>
    public Task<IReadOnlyDictionary<string, JobState>> ReadRecentAsync(CancellationToken cancellationToken) => _recent.GetAsync(
        async (_, token) => (await store.ListStatesAsync(token)).ToDictionary(state => state.JobId), cancellationToken);

    public void Dispose() => _recent.Dispose();
}

/// <summary>Registers the jobs in the ledger. After any failure it tries again, and the app goes on.</summary>
internal sealed class JobRegistration(
    JobRegistry registry, JobStore store, JobWatch watch, MigrationGate migrations, TimeProvider clock, ILogger<JobRegistration> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        watch.Begin();
        await migrations.WaitAsync(stoppingToken);
        while (true)
        {
            try
            {
                await store.RegisterAsync([.. registry.All.Select(job => job.Definition.Id)], stoppingToken);
                return;
            }
            catch (Exception problem) when (!stoppingToken.IsCancellationRequested)
            {
                JobLog.LedgerUnavailable(logger, "registration", Redaction.Redact(problem.Message));
            }

            await Task.Delay(Interval, clock, stoppingToken);
        }
    }
}

/// <summary>The timers of the host, by the job that they run.</summary>
public interface IJobTimers
{
    /// <summary>Null when no timer runs the job.</summary>
    JobTimer? Find(string jobId);
}

/// <summary>The timer of a job.</summary>
/// <param name="Function">The name of the timer function.</param>
/// <param name="Obstacle">What keeps it from firing, by the settings of this process; null when nothing is known.</param>
/// <param name="NextAfter">The first occurrence after a moment.</param>
public sealed record JobTimer(string Function, string? Obstacle, Func<DateTimeOffset, DateTimeOffset> NextAfter)
{
    /// <summary>The schedule as it is set: a cron expression or a time span; null when it is missing.</summary>
    public string? Schedule { get; init; }

    /// <summary>The setting that holds it.</summary>
    public string? Setting { get; init; }
}

/// <summary>Whether the timers of the jobs really fire, by their last tick in the ledger and their schedules.</summary>
public sealed class JobWatch(JobQueries jobs, TimeProvider clock, IJobTimers? timers = null)
{
    private DateTimeOffset _begun = clock.GetUtcNow();

    /// <summary>The app starts now: no tick is missing yet.</summary>
    public void Begin() => _begun = clock.GetUtcNow();

    public ComponentHealth Judge(string jobId, JobState? state) => JobHealthPolicy.Judge(state, timers?.Find(jobId), _begun, jobs.Now);

    public bool IsTicking(string jobId, JobState? state) => JobHealthPolicy.IsTicking(state, timers?.Find(jobId), jobs.Now);
}

/// <summary>Derives the health of a job from its state: an error persists until a successful run clears it.</summary>
internal static class JobHealthPolicy
{
    /// <summary>How late a tick may be: hosts pause, and a tick that found its job busy is not recorded.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(90);

    /// <param name="timer">Null when the timers are not known; then the absence of ticks is no error.</param>
    /// <param name="begun">When this process started.</param>
    public static ComponentHealth Judge(JobState? state, JobTimer? timer, DateTimeOffset begun, DateTimeOffset now)
    {
        if (IsTicking(state, timer, now))
        {
            return state!.ConsecutiveRunFailures > 0
                ? new(ComponentStatus.Error, state.LastError, state.LastErrorAt, state.LastSuccessAt)
                : new(ComponentStatus.Ready, null, state.LastErrorAt, state.LastSuccessAt);
        }

        var isOverdue = now > (timer is { Obstacle: null } ? timer.NextAfter(begun) : begun) + Tolerance;
        return timer is null ? new(ComponentStatus.Starting, "No timer has reported that it runs this job.", state?.LastErrorAt, state?.LastSuccessAt)
            : !isOverdue ? new(ComponentStatus.Starting, $"The timer {timer.Function} has not fired yet.", state?.LastErrorAt, state?.LastSuccessAt)
            : new(
                ComponentStatus.Error,
                $"The timer {timer.Function} does not fire: {timer.Obstacle ?? LastTick(state)}",
                state?.LastErrorAt,
                state?.LastSuccessAt);
    }

    public static bool IsTicking(JobState? state, JobTimer? timer, DateTimeOffset now) => state is not null
        && (state.LockedUntil > now
            || (timer is null
                // Without its schedule, a job that did anything within a day counts as ticking.
                ? state.LastTickAt > now.AddDays(-1) || state.LastCompletedAt > now.AddDays(-1)
                : state.LastTickAt is { } tick && now <= (timer.Obstacle is null ? timer.NextAfter(tick) : tick) + Tolerance));

    private static string LastTick(JobState? state) => state?.LastTickAt is { } tick
        ? string.Create(CultureInfo.InvariantCulture, $"its last tick was at {tick:yyyy-MM-dd HH:mm:ss} UTC.")
        : "it has never ticked.";
}

/// <summary>Readiness of one job, read from the ledger so that every instance reports the same.</summary>
internal sealed class JobComponent(string name, string jobId, JobRegistry registry, JobGate gate, JobQueries jobs, JobWatch watch)
    : IReadinessComponent
{
    public string Name => name;

    public async Task<ComponentHealth> CheckAsync(CancellationToken cancellationToken) =>
        registry.Find(jobId) is { } job && gate.IsOpenFor(job)
            ? watch.Judge(jobId, await jobs.FindAsync(jobId, cancellationToken))
            : ComponentHealth.Disabled;
}

/// <summary>Readiness of all catalog jobs together; lists the failing ones.</summary>
internal sealed class CatalogSchedulerComponent(
    JobRegistry registry, JobGate gate, JobQueries queries, JobWatch watch, IOptionsMonitor<JobsOptions> options) : IReadinessComponent
{
    public string Name => "catalog_scheduler";

    public async Task<ComponentHealth> CheckAsync(CancellationToken cancellationToken)
    {
        if (!options.CurrentValue.SchedulerEnabled)
        {
            return ComponentHealth.Disabled;
        }

        var states = await queries.ReadRecentAsync(cancellationToken);
        (string Id, JobState? State, ComponentHealth Health)[] jobs =
        [
            .. from job in registry.All
               where job.Definition.IsCatalogJob && gate.IsOpenFor(job)
               let id = job.Definition.Id
               let state = states.GetValueOrDefault(id)
               where state is not null
               select (id, state, watch.Judge(id, state)),
        ];
        var failing = jobs.Where(job => job.State!.ConsecutiveRunFailures > 0).ToArray();
        var worst = jobs.Select(job => job.Health).OrderByDescending(health => health.Status).FirstOrDefault();
        return failing.Length > 0
            ? new(
                ComponentStatus.Error,
                "Failing: " + string.Join(", ", failing.Select(job => job.Id)),
                failing.Max(job => job.State!.LastErrorAt),
                jobs.Max(job => job.State!.LastSuccessAt))
            : worst is null or { Status: ComponentStatus.Ready }
                ? new(ComponentStatus.Ready, null, null, jobs.Select(job => job.State!.LastSuccessAt).Max())
                : worst with { LastSuccessAt = jobs.Max(job => job.State!.LastSuccessAt) };
    }
}

/// <summary>Metrics of the job ledger: the scheduler metrics for catalog jobs, and <c>smplat_job_*</c> for all jobs.</summary>
internal sealed class JobMetrics(JobRegistry registry, JobGate gate, JobQueries queries) : IMetricSource
{
    private const string Scheduler = "smplat_catalog_scheduler_";
    private const string Job = "smplat_job_";

    public IReadOnlyList<MetricFamily> Families { get; } =
    [
        Total("runs_total", "Runs of catalog jobs"),
        Total("success_total", "Runs of catalog jobs that succeeded"),
        Total("run_failures_total", "Runs of catalog jobs that failed with all their attempts"),
        Total("attempt_failures_total", "Attempts at catalog jobs that failed"),
        Total("retries_total", "Attempts at catalog jobs after a failed one"),
        .. PerJob(Scheduler + "job_"),
        .. PerJob(Job),
        new(Job + "attempt_failures_total", "Attempts that failed, by job", MetricType.Counter),
        new(Job + "enabled", "1 while timers may run the job", MetricType.Gauge),
    ];

    public async Task<IReadOnlyList<MetricSample>> ReadAsync(CancellationToken cancellationToken)
    {
        var states = await queries.ReadRecentAsync(cancellationToken);
        var jobs = registry.All.Select(job => (job, State: states.GetValueOrDefault(job.Definition.Id) ?? new JobState { JobId = job.Definition.Id })).ToArray();
        var scheduled = jobs.Where(entry => entry.job.Definition.IsCatalogJob).ToArray();
        return
        [
            MetricSample.Of(Scheduler + "runs_total", scheduled.Sum(entry => entry.State.Runs)),
            MetricSample.Of(Scheduler + "success_total", scheduled.Sum(entry => entry.State.Success)),
            MetricSample.Of(Scheduler + "run_failures_total", scheduled.Sum(entry => entry.State.RunFailures)),
            MetricSample.Of(Scheduler + "attempt_failures_total", scheduled.Sum(entry => entry.State.AttemptFailures)),
            MetricSample.Of(Scheduler + "retries_total", scheduled.Sum(entry => entry.State.Retries)),
            .. scheduled.SelectMany(entry => Samples(Scheduler + "job_", entry.job.Definition, entry.State)),
            .. jobs.SelectMany(entry => Samples(Job, entry.job.Definition, entry.State)),
            .. jobs.Select(entry => MetricSample.Of(
                Job + "attempt_failures_total",
                entry.State.AttemptFailures,
                ("job_id", entry.job.Definition.Id),
                ("task", entry.job.Definition.Task))),
            .. jobs.Select(entry => MetricSample.Of(
                Job + "enabled", gate.IsOpenFor(entry.job) ? 1 : 0, ("job_id", entry.job.Definition.Id), ("task", entry.job.Definition.Task))),
        ];
    }

    private static MetricFamily Total(string name, string help) =>
        new(Scheduler + name, help, MetricType.Counter, IsAlwaysShown: true);

    private static IEnumerable<MetricFamily> PerJob(string prefix) =>
    [
        new(prefix + "runs_total", "Runs by job", MetricType.Counter),
        new(prefix + "success_total", "Runs that succeeded by job", MetricType.Counter),
        new(prefix + "run_failures_total", "Runs that failed with all their attempts by job", MetricType.Counter),
        new(prefix + "retries_total", "Attempts after a failed one by job", MetricType.Counter),
        new(prefix + "consecutive_failures", "Failed attempts since the last success by job", MetricType.Gauge),
        new(prefix + "consecutive_run_failures", "Failed runs since the last success by job", MetricType.Gauge),
        new(prefix + "runtime_seconds_total", "Seconds spent running by job", MetricType.Counter),
        new(prefix + "last_success_timestamp", "Unix time of the last success by job", MetricType.Gauge),
        new(prefix + "last_error_timestamp", "Unix time of the last error that no success has cleared, by job", MetricType.Gauge),
    ];

    private static IEnumerable<MetricSample> Samples(string prefix, JobDefinition job, JobState state)
    {
        (string, string)[] labels = [("job_id", job.Id), ("task", job.Task)];
        yield return MetricSample.Of(prefix + "runs_total", state.Runs, labels);
        yield return MetricSample.Of(prefix + "success_total", state.Success, labels);
        yield return MetricSample.Of(prefix + "run_failures_total", state.RunFailures, labels);
        yield return MetricSample.Of(prefix + "retries_total", state.Retries, labels);
        yield return MetricSample.Of(prefix + "consecutive_failures", state.ConsecutiveFailures, labels);
        yield return MetricSample.Of(prefix + "consecutive_run_failures", state.ConsecutiveRunFailures, labels);
        yield return MetricSample.Of(prefix + "runtime_seconds_total", state.RuntimeSeconds, labels);
        if (state.LastSuccessAt is { } success)
        {
            yield return MetricSample.Of(prefix + "last_success_timestamp", success.ToUnixTimeSeconds(), labels);
        }

        if (state.LastErrorAt is { } error)
        {
            yield return MetricSample.Of(prefix + "last_error_timestamp", error.ToUnixTimeSeconds(), labels);
        }
    }
}
