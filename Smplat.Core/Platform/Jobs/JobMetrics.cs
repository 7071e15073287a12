using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Platform.Jobs;

/// <summary>The ledger's figures for the feed: the scheduler family for catalogue jobs, and one of our own for all jobs.</summary>
public sealed class JobMetrics(JobCatalog catalog, JobGate gate, JobLedgerView ledger) : IMetricSource
{
    private const string Scheduler = "smplat_catalog_scheduler_";
    private const string Job = "smplat_job_";

    public IReadOnlyList<MetricFamily> Families { get; } =
    [
        Total("runs_total", "Runs of catalogue jobs"),
        Total("success_total", "Runs of catalogue jobs that succeeded"),
        Total("run_failures_total", "Runs of catalogue jobs that failed with all their attempts"),
        Total("attempt_failures_total", "Attempts at catalogue jobs that failed"),
        Total("retries_total", "Attempts at catalogue jobs after a failed one"),
        .. PerJob(Scheduler + "job_"),
        .. PerJob(Job),
        new(Job + "attempt_failures_total", "Attempts that failed, by job", MetricType.Counter),
        new(Job + "enabled", "1 while timers may run the job", MetricType.Gauge),
    ];

    public async Task<IReadOnlyList<MetricSample>> ReadAsync(CancellationToken cancellationToken)
    {
        var states = await ledger.ReadAsync(cancellationToken);
        var jobs = catalog.All.Select(job => (job, State: states.GetValueOrDefault(job.Definition.Id) ?? new JobState { JobId = job.Definition.Id })).ToArray();
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
        new(prefix + "last_error_timestamp", "Unix time of the error that stands, by job", MetricType.Gauge),
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
