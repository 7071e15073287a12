using Microsoft.Extensions.Logging;

namespace Smplat.Core.Analytics;

/// <summary>Log lines of Analytics, event ids 5000 to 5399. None holds what an event says.</summary>
internal static partial class AnalyticsLog
{
    [LoggerMessage(5001, LogLevel.Warning, "A group of {Events} events is stored again after attempt {Attempt}: {Problem}")]
    public static partial void CommitRepeated(ILogger logger, int events, int attempt, string problem);

    [LoggerMessage(5002, LogLevel.Warning, "Event {EventId} passed all rules and was refused by the database with {SqlState}")]
    public static partial void EventRefusedByDatabase(ILogger logger, Guid eventId, string sqlState);

    [LoggerMessage(5003, LogLevel.Error, "A group of {Events} events was not stored: {Problem}")]
    public static partial void GroupFailed(ILogger logger, int events, string problem);
}
