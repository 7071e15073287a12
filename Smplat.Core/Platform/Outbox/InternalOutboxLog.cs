using Microsoft.Extensions.Logging;

namespace Smplat.Core.Platform.Outbox;

/// <summary>Log events of the internal channel, 7900 to 7909.</summary>
internal static partial class InternalOutboxLog
{
    [LoggerMessage(7900, LogLevel.Error, "Internal message {MessageId} ({Kind}) failed in attempt {Attempt} and is now {Status}: {Problem}")]
    internal static partial void Failed(
        ILogger logger, Guid messageId, string kind, int attempt, string status, string problem, Exception exception);
}
