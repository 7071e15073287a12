using Microsoft.Extensions.Logging;

namespace Smplat.Core.Analytics;

/// <summary>Log events of Analytics, ids 5000 to 5399. None contains event data.</summary>
internal static partial class AnalyticsLog
{
    [LoggerMessage(5001, LogLevel.Warning, "Retrying to store a group of {Events} events after attempt {Attempt}: {Problem}")]
    public static partial void CommitRepeated(ILogger logger, int events, int attempt, string problem);

    [LoggerMessage(5002, LogLevel.Warning, "Event {EventId} passed all rules but was refused by the database with {SqlState}")]
    public static partial void EventRefusedByDatabase(ILogger logger, Guid eventId, string sqlState);

    [LoggerMessage(5003, LogLevel.Error, "Failed to store a group of {Events} events: {Problem}")]
    public static partial void GroupFailed(ILogger logger, int events, string problem);
}
