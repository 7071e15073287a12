using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Smplat.Core.Platform.Jobs;

/// <summary>Switches of the job runner.</summary>
public sealed class JobsOptions
{
    /// <summary>Runs the catalogue jobs (rollups, recovery sweep, alerts). Default false.</summary>
    [ConfigurationKeyName("CATALOG_JOB_SCHEDULER_ENABLED")]
    public bool SchedulerEnabled { get; init; }

    /// <summary>Days that rows of the run ledger are kept. Default 90.</summary>
    [ConfigurationKeyName("SMPLAT_JOB_RUN_RETENTION_DAYS")]
    [Range(1, 3650)]
    public int RunRetentionDays { get; init; } = 90;
}
