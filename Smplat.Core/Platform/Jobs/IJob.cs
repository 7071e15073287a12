using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Resilience;

namespace Smplat.Core.Platform.Jobs;

/// <summary>Work that a timer starts, and that an operator can start at any time.</summary>
public interface IJob
{
    JobDefinition Definition { get; }

    /// <summary>The job's own switch, read live; when false, timers do not run it.</summary>
    bool IsEnabled { get; }

    /// <summary>
    /// Minimum time between two runs that timers start. It ensures that an occurrence that fires twice, or on two instances,
    /// runs once: keep it well above zero and below the period of the schedule.
    /// </summary>
    TimeSpan Spacing { get; }

    /// <summary>One run. It must be safe to stop at any point and to repeat.</summary>
    Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken);
}

/// <summary>What the runner needs to know about a job: its name, its retries and its lease.</summary>
/// <param name="Id">Stable name in the ledger, the metrics and the command line, in kebab case.</param>
/// <param name="Purpose">One line for operators.</param>
public sealed record JobDefinition(string Id, string Purpose)
{
    /// <summary>Attempts of one run, including the first.</summary>
    public int MaxAttempts { get; init; } = 1;

    /// <summary>Delays between the attempts. Default 5, 10, 20, 40, then 60 seconds, each with up to one second more.</summary>
    public Backoff Backoff { get; init; } = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(60)) { Jitter = Jitter.UpTo(TimeSpan.FromSeconds(1)) };

    /// <summary>How long a run without a renewal counts as alive. The lease is renewed while the run goes on.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Counted in the <c>smplat_catalog_scheduler_*</c> metrics and switched by CATALOG_JOB_SCHEDULER_ENABLED.</summary>
    public bool IsCatalogJob { get; init; }

    /// <summary>The Prometheus label <c>task</c>; the id, unless the job has a legacy name.</summary>
    public string Task { get; init; } = Id;

    /// <summary>What an operator may choose for a run by hand, in place of a setting.</summary>
    public IReadOnlyList<JobParameter> Parameters { get; init; } = [];
}

/// <summary>A whole number that a run by hand may be given.</summary>
/// <param name="Name">One of <see cref="All"/>.</param>
public sealed record JobParameter(string Name, int Min, int Max)
{
    public const string Limit = "limit";
    public const string MaxAttempts = "max_attempts";
    public const string IdleHours = "idle_hours";

    /// <summary>The names of all parameters of all jobs.</summary>
    public static IReadOnlyList<string> All { get; } = [Limit, MaxAttempts, IdleHours];
}

/// <summary>One attempt of one run.</summary>
/// <param name="Id">The run; the same for all its attempts.</param>
/// <param name="TriggeredBy"><c>timer</c>, <c>manual</c> or the label that an operator gave.</param>
/// <param name="Attempt">1 for the first.</param>
public sealed record JobRun(Guid Id, string TriggeredBy, int Attempt, DateTimeOffset StartedAt)
{
    public const string Timer = "timer";

    /// <summary>What the operator has chosen, by parameter. A later attempt has none: it runs with the settings.</summary>
    public IReadOnlyDictionary<string, int> Arguments { get; init; } = new Dictionary<string, int>();

    /// <summary>The operator's choice; null when there is none.</summary>
    public int? Argument(string name) => Arguments.TryGetValue(name, out var value) ? value : null;
}

/// <summary>What a run did.</summary>
/// <param name="DidSomething">False when the run found nothing to do: it is logged at debug level and leaves no row.</param>
/// <param name="Summary">Counts and facts for the ledger and the log line; no personal data.</param>
public sealed record JobReport(bool DidSomething, IReadOnlyDictionary<string, object?> Summary)
{
    public static JobReport Idle { get; } = new(false, new Dictionary<string, object?>());

    public static JobReport Of(bool didSomething, params (string Name, object? Value)[] summary) =>
        new(didSomething, summary.ToDictionary(entry => entry.Name, entry => entry.Value));
}

/// <summary>All jobs of the app by id.</summary>
public sealed class JobRegistry(IEnumerable<IJob> jobs)
{
    private readonly Dictionary<string, IJob> _jobs = jobs.ToDictionary(job => job.Definition.Id);

    public IReadOnlyCollection<IJob> All => _jobs.Values;

    public IJob? Find(string jobId) => _jobs.GetValueOrDefault(jobId);
}

/// <summary>Whether timers may run a job now: its own switch, and for catalog jobs that of the scheduler.</summary>
public sealed class JobGate(IOptionsMonitor<JobsOptions> options)
{
    public bool IsOpenFor(IJob job) =>
        job.IsEnabled && (!job.Definition.IsCatalogJob || options.CurrentValue.SchedulerEnabled);
}
