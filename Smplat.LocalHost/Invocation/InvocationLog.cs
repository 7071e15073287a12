using Microsoft.Extensions.Logging;

namespace Smplat.LocalHost.Invocation;

internal static partial class InvocationLog
{
    [LoggerMessage(9001, LogLevel.Error, "Function {Function} failed.")]
    public static partial void Failed(ILogger logger, string function, Exception exception);

    [LoggerMessage(9002, LogLevel.Debug, "The client of function {Function} went away.")]
    public static partial void ClientLeft(ILogger logger, string function);
}
