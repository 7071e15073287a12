using Microsoft.Extensions.Logging;

namespace Smplat.Core.Platform.Outbox;

/// <summary>Log lines of Notifications, event ids 7000 to 7199. None holds an address, a name or a link.</summary>
internal static partial class NotificationLog
{
    [LoggerMessage(7001, LogLevel.Information, "Message {Kind} {MessageId} suppressed: {Reason}")]
    public static partial void Suppressed(ILogger logger, string kind, Guid messageId, string reason);

    [LoggerMessage(7002, LogLevel.Warning, "Message {Kind} {MessageId} failed at attempt {Attempt}, next at {NextAttemptAt}: {Error}")]
    public static partial void Failed(
        ILogger logger, string kind, Guid messageId, int attempt, DateTimeOffset nextAttemptAt, string error);

    [LoggerMessage(7003, LogLevel.Error, "Message {Kind} {MessageId} given up ({Reason}): {Error}")]
    public static partial void GivenUp(ILogger logger, string kind, Guid messageId, string reason, string error);

    [LoggerMessage(7004, LogLevel.Warning, "Messages taken from dead senders: {Requeued} put back, {Dead} given up")]
    public static partial void Rescued(ILogger logger, int requeued, int dead);

    [LoggerMessage(7005, LogLevel.Warning, "Receiver of {Channel} messages is away: {Error}")]
    public static partial void ReceiverAway(ILogger logger, string channel, string error);

    [LoggerMessage(7006, LogLevel.Information, "Person {UserId} turned {Preference} off by link")]
    public static partial void Unsubscribed(ILogger logger, Guid userId, string preference);

    [LoggerMessage(7007, LogLevel.Information, "Bounce recorded: {Kind}, blocked {IsBlocked}, source {Source}")]
    public static partial void BounceRecorded(ILogger logger, string kind, bool isBlocked, string source);

    [LoggerMessage(7008, LogLevel.Information, "Operator {Actor} did {Action} to {Count} messages")]
    public static partial void Intervened(ILogger logger, string actor, string action, int count);

    [LoggerMessage(7009, LogLevel.Warning, "Message {Kind} {MessageId} went to another sender before it was handed over")]
    public static partial void LeaseLost(ILogger logger, string kind, Guid messageId);

    [LoggerMessage(7010, LogLevel.Information, "Message {Kind} withheld before it was written: {Reason}")]
    public static partial void Withheld(ILogger logger, string kind, string reason);
}
