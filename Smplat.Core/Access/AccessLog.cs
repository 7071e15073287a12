using Microsoft.Extensions.Logging;

namespace Smplat.Core.Access;

/// <summary>Log events of Access, ids 8200 to 8299. They name no member and no address.</summary>
internal static partial class AccessLog
{
    [LoggerMessage(8200, LogLevel.Warning, "Sign-ins of {Identifier} are locked out for {Seconds} s ({Scope})")]
    internal static partial void LockedOut(ILogger logger, string identifier, int seconds, string scope);

    [LoggerMessage(8201, LogLevel.Information, "{Actor} lifted {Locks} lockouts of {Identifier}")]
    internal static partial void Lifted(ILogger logger, string actor, int locks, string identifier);

    [LoggerMessage(8210, LogLevel.Warning, "Failed to write access events, will retry: {Problem}")]
    internal static partial void EventsWait(ILogger logger, string problem);

    [LoggerMessage(8211, LogLevel.Error, "The database was unavailable for so long that sums of {Count} access events were dropped")]
    internal static partial void EventsDropped(ILogger logger, long count);
}
