using Microsoft.Extensions.Logging;

namespace Smplat.Core.Trust;

/// <summary>Log events of Trust, ids 4000 to 4999.</summary>
internal static partial class TrustLog
{
    [LoggerMessage(4000, LogLevel.Warning, "Unknown trust metrics were requested: {MetricIds}")]
    internal static partial void UnsupportedMetrics(ILogger logger, string metricIds);

    [LoggerMessage(4001, LogLevel.Error, "Trust metric {MetricId} could not be computed: {Problem}")]
    internal static partial void MetricFailed(ILogger logger, string metricId, string problem, Exception exception);

    [LoggerMessage(4002, LogLevel.Information, "Trust metrics purged: {MetricIds}")]
    internal static partial void Purged(ILogger logger, string metricIds);

    [LoggerMessage(4010, LogLevel.Information, "Trust content {Environment}/{Slug}: {Deed}")]
    internal static partial void ContentReceived(ILogger logger, string environment, string slug, string deed);

    [LoggerMessage(4011, LogLevel.Warning, "Trust content was refused, signature: {Problem}")]
    internal static partial void ContentRefused(ILogger logger, string problem);

    [LoggerMessage(4012, LogLevel.Error, "Trust content {Environment}/{Slug} is unreadable; showing the fallback: {Problem}")]
    internal static partial void ContentUnreadable(ILogger logger, string environment, string slug, string problem);
}
