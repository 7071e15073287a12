using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Smplat.Core.Platform.Jobs;

/// <summary>Settings of the job runner.</summary>
public sealed class JobsOptions
{
    /// <summary>Runs the catalog jobs. Default false.</summary>
    [ConfigurationKeyName("CATALOG_JOB_SCHEDULER_ENABLED")]
    public bool SchedulerEnabled { get; init; }

    /// <summary>Days for which runs are kept in the ledger. Default 90.</summary>
    [ConfigurationKeyName("SMPLAT_JOB_RUN_RETENTION_DAYS")]
    [Range(1, 3650)]
    public int RunRetentionDays { get; init; } = 90;
}
