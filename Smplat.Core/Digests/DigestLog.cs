using Microsoft.Extensions.Logging;

namespace Smplat.Core.Digests;

/// <summary>Log events of Digests, ids 7600 to 7699.</summary>
internal static partial class DigestLog
{
    [LoggerMessage(7601, LogLevel.Error, "Digest for person {UserId} could not be created: {Problem}")]
    public static partial void Failed(ILogger logger, Guid userId, string problem, Exception exception);
}
