using Microsoft.Extensions.Logging;

namespace Smplat.Core.Platform.Observability;

/// <summary>Log events of counters and metrics, 1300 to 1319.</summary>
internal static partial class ObservabilityLog
{
    [LoggerMessage(1300, LogLevel.Warning, "Counters could not be written and are kept for the next attempt: {Problem}")]
    internal static partial void CountersNotWritten(ILogger logger, string problem);

    [LoggerMessage(1301, LogLevel.Error, "Too many distinct counters are waiting to be written; dropped an increment of {Name}")]
    internal static partial void CounterDropped(ILogger logger, string name);

    [LoggerMessage(1310, LogLevel.Error, "The metrics of {Source} are missing from this scrape")]
    internal static partial void SourceFailed(ILogger logger, string source, Exception exception);
}
