using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Smplat.Core.Analytics;

/// <summary>How long what ties an event to a person is kept. The events themselves go by month, see docs/analytics.md.</summary>
public sealed class RetentionOptions
{
    /// <summary>Days that an event keeps its order reference; older ones lose it. Default 180.</summary>
    [ConfigurationKeyName("ANALYTICS_REFERENCE_RETENTION_DAYS")]
    [Range(1, 3_650)]
    public int ReferenceDays { get; init; } = 180;

    /// <summary>Days after which a rejected event that was not sent again is deleted, replayed or not. Default 30.</summary>
    [ConfigurationKeyName("ANALYTICS_REJECTED_RETENTION_DAYS")]
    [Range(1, 3_650)]
    public int RejectedDays { get; init; } = 30;
}
