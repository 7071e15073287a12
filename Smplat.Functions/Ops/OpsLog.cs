using Microsoft.Extensions.Logging;

namespace Smplat.Functions.Ops;

/// <summary>Log events of the operator pages, 1500 to 1549. They contain neither keys nor cookies.</summary>
internal static partial class OpsLog
{
    [LoggerMessage(1500, LogLevel.Information, "Operator signed in with key {Key}")]
    internal static partial void SignedIn(ILogger logger, string key);

    [LoggerMessage(1501, LogLevel.Warning, "Login to the operator pages refused: {Reason}")]
    internal static partial void LoginRefused(ILogger logger, string reason);

    [LoggerMessage(1502, LogLevel.Warning, "An operator form without the token of its session was refused at {Path}")]
    internal static partial void ForgedForm(ILogger logger, string path);

    [LoggerMessage(1503, LogLevel.Information, "{Actor} acted on operator page {Path}: {Outcome}")]
    internal static partial void Acted(ILogger logger, string actor, string path, string outcome);

    [LoggerMessage(1504, LogLevel.Error, "A panel of operator page {Path} could not be read: {Problem}")]
    internal static partial void PartFailed(ILogger logger, string path, string problem, Exception exception);
}
