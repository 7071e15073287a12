using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Smplat.Core.Digests;

/// <summary>When weekly digests are sent, and to which operators.</summary>
public sealed class DigestOptions
{
    /// <summary>Whether the timer sends digests. Default false.</summary>
    [ConfigurationKeyName("WEEKLY_DIGEST_ENABLED")]
    public bool IsEnabled { get; init; }

    /// <summary>
    /// Seconds between two digests to one person. A change of time zone may shorten it by the catch-up time plus half a
    /// day. Default 604800, a week.
    /// </summary>
    [ConfigurationKeyName("WEEKLY_DIGEST_INTERVAL_SECONDS")]
    [Range(0, 31_536_000)]
    public int IntervalSeconds { get; init; } = 604_800;

    /// <summary>The timer only determines who would get a digest, and writes nothing. Default false.</summary>
    [ConfigurationKeyName("WEEKLY_DIGEST_DRY_RUN")]
    public bool IsDryRun { get; init; }

    /// <summary>Day of the person's local week, 1 for Monday to 7 for Sunday. Default 1.</summary>
    [ConfigurationKeyName("WEEKLY_DIGEST_DAY")]
    [Range(1, 7)]
    public int Day { get; init; } = 1;

    /// <summary>Hour of the person's local day. Default 9.</summary>
    [ConfigurationKeyName("WEEKLY_DIGEST_HOUR")]
    [Range(0, 23)]
    public int Hour { get; init; } = 9;

    /// <summary>Hours after which a digest that could not be sent in time is skipped. Default 48.</summary>
    [ConfigurationKeyName("WEEKLY_DIGEST_CATCH_UP_HOURS")]
    [Range(1, 144)]
    public int CatchUpHours { get; init; } = 48;

    /// <summary>Addresses that get the operators' digest. Default none.</summary>
    [ConfigurationKeyName("WEEKLY_DIGEST_OPERATOR_RECIPIENTS")]
    public string[] OperatorRecipients { get; init; } = [];
}
