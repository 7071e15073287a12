using Microsoft.Extensions.Logging;

namespace Smplat.Core.Platform.Observability;

/// <summary>Log events of the durable counters, 1300 to 1309.</summary>
internal static partial class CounterLog
{
    [LoggerMessage(1300, LogLevel.Warning, "Counters wait for the database: {Problem}")]
    internal static partial void FlushFailed(ILogger logger, string problem);

    [LoggerMessage(1301, LogLevel.Error, "Too many distinct counters wait; an increment of {Name} is dropped")]
    internal static partial void Dropped(ILogger logger, string name);
}
