using Microsoft.Extensions.Logging;

namespace Smplat.Core.Digests;

/// <summary>Log lines of Digests, event ids 7600 to 7699.</summary>
internal static partial class DigestLog
{
    [LoggerMessage(7601, LogLevel.Error, "Digest of person {UserId} could not be made: {Problem}")]
    public static partial void Failed(ILogger logger, Guid userId, string problem, Exception exception);
}
