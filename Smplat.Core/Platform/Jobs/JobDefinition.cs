using Smplat.Core.Platform.Resilience;

namespace Smplat.Core.Platform.Jobs;

/// <summary>What the runner must know about a job: its name, its retries and how far apart its runs are.</summary>
/// <param name="Id">Stable name in the ledger, the feed and the command line, in kebab case.</param>
/// <param name="Purpose">One line for operators.</param>
public sealed record JobDefinition(string Id, string Purpose)
{
    /// <summary>Attempts of one run, the first included.</summary>
    public int MaxAttempts { get; init; } = 1;

    /// <summary>Waits between the attempts. Default 5, 10, 20, 40, then 60 seconds, each with up to a second more.</summary>
    public Backoff Backoff { get; init; } = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(60)) { Jitter = Jitter.UpTo(TimeSpan.FromSeconds(1)) };

    /// <summary>How long a silent run is believed alive. The lease is renewed while the run goes on.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Counted in the <c>smplat_catalog_scheduler_*</c> family and gated by CATALOG_JOB_SCHEDULER_ENABLED.</summary>
    public bool IsCatalogJob { get; init; }

    /// <summary>The Prometheus label <c>task</c>; the id when the job has no name of older standing.</summary>
    public string Task { get; init; } = Id;
}
