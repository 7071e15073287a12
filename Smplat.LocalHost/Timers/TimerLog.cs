using Microsoft.Extensions.Logging;

namespace Smplat.LocalHost.Timers;

internal static partial class TimerLog
{
    [LoggerMessage(9011, LogLevel.Error, "Timer function {Function} does not start: {Problem}.")]
    public static partial void NotStarted(ILogger logger, string function, string problem);

    [LoggerMessage(9012, LogLevel.Error, "Timer {Function} stops: its occurrences cannot be kept in {Folder}.")]
    public static partial void CannotKeepOccurrences(
        ILogger logger, string function, string folder, Exception exception);

    [LoggerMessage(9013, LogLevel.Warning, "Timer functions are still running although the time to stop is over.")]
    public static partial void StillRunning(ILogger logger);
}
