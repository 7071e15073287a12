using Microsoft.Extensions.Logging;

namespace Smplat.Functions.Http;

/// <summary>Log events of the HTTP layer, 1400 to 1499.</summary>
internal static partial class HttpLog
{
    [LoggerMessage(1401, LogLevel.Error, "Function {Function} failed; trace {TraceId}")]
    internal static partial void Unhandled(ILogger logger, string function, string traceId, Exception exception);

    [LoggerMessage(1402, LogLevel.Warning, "Function {Function} answered 503 because the database is unavailable: {Problem}")]
    internal static partial void StorageUnavailable(ILogger logger, string function, string problem);

    [LoggerMessage(1403, LogLevel.Warning, "SMPLAT_CLIENT_ADDRESS_HEADER is not set: behind a front end all callers share one rate limit")]
    internal static partial void NoClientAddressHeader(ILogger logger);
}
