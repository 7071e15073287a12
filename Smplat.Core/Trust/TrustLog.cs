using Microsoft.Extensions.Logging;

namespace Smplat.Core.Trust;

/// <summary>Log events of trust, 4000 to 4999.</summary>
internal static partial class TrustLog
{
    [LoggerMessage(4000, LogLevel.Warning, "Trust metrics that do not exist were asked for: {MetricIds}")]
    internal static partial void UnsupportedMetrics(ILogger logger, string metricIds);

    [LoggerMessage(4001, LogLevel.Error, "Trust metric {MetricId} could not be computed: {Problem}")]
    internal static partial void MetricFailed(ILogger logger, string metricId, string problem, Exception exception);

    [LoggerMessage(4002, LogLevel.Information, "Trust metrics purged: {MetricIds}")]
    internal static partial void Purged(ILogger logger, string metricIds);

    [LoggerMessage(4010, LogLevel.Information, "Trust content {Environment}/{Slug}: {Deed}")]
    internal static partial void ContentTaken(ILogger logger, string environment, string slug, string deed);

    [LoggerMessage(4011, LogLevel.Warning, "Trust content was refused: the signature is {Problem}")]
    internal static partial void ContentRefused(ILogger logger, string problem);

    [LoggerMessage(4012, LogLevel.Error, "Trust content {Environment}/{Slug} cannot be read; the fallback is shown: {Problem}")]
    internal static partial void ContentUnreadable(ILogger logger, string environment, string slug, string problem);
}
