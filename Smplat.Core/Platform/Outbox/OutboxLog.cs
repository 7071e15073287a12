using Microsoft.Extensions.Logging;

namespace Smplat.Core.Platform.Outbox;

/// <summary>Log events of the outbox, ids 7000 to 7199 and 7900 to 7909. None contains an address, a name or a link.</summary>
internal static partial class OutboxLog
{
    [LoggerMessage(7001, LogLevel.Information, "Message {Kind} {MessageId} suppressed: {Reason}")]
    public static partial void Suppressed(ILogger logger, string kind, Guid messageId, string reason);

    [LoggerMessage(7002, LogLevel.Warning, "Message {Kind} {MessageId} failed on attempt {Attempt}, next attempt at {NextAttemptAt}: {Error}")]
    public static partial void Failed(
        ILogger logger, string kind, Guid messageId, int attempt, DateTimeOffset nextAttemptAt, string error);

    [LoggerMessage(7003, LogLevel.Error, "Message {Kind} {MessageId} is dead ({Reason}): {Error}")]
    public static partial void GivenUp(ILogger logger, string kind, Guid messageId, string reason, string error);

    [LoggerMessage(7004, LogLevel.Warning, "Rescued messages of crashed senders: {Requeued} back in the queue, {Dead} dead")]
    public static partial void Rescued(ILogger logger, int requeued, int dead);

    [LoggerMessage(7005, LogLevel.Warning, "The receiver of {Channel} messages is unavailable: {Error}")]
    public static partial void ReceiverUnavailable(ILogger logger, string channel, string error);

    [LoggerMessage(7006, LogLevel.Information, "Person {UserId} turned {Preference} off by link")]
    public static partial void Unsubscribed(ILogger logger, Guid userId, string preference);

    [LoggerMessage(7007, LogLevel.Information, "Bounce recorded: {Kind}, blocked {IsBlocked}, source {Source}")]
    public static partial void BounceRecorded(ILogger logger, string kind, bool isBlocked, string source);

    [LoggerMessage(7008, LogLevel.Information, "Operator {Actor} did {Action} on {Count} messages")]
    public static partial void Intervened(ILogger logger, string actor, string action, int count);

    [LoggerMessage(7009, LogLevel.Warning, "Lost the lease of message {Kind} {MessageId} to another sender")]
    public static partial void LeaseLost(ILogger logger, string kind, Guid messageId);

    [LoggerMessage(7010, LogLevel.Information, "Message {Kind} stored as suppressed: {Reason}")]
    public static partial void Withheld(ILogger logger, string kind, string reason);

    [LoggerMessage(7900, LogLevel.Error, "Internal message {MessageId} ({Kind}) failed on attempt {Attempt} and is now {Status}: {Problem}")]
    public static partial void InternalFailed(
        ILogger logger, Guid messageId, string kind, int attempt, string status, string problem, Exception exception);
}
