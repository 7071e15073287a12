using Microsoft.Extensions.Logging;

namespace Smplat.Core.Commerce;

/// <summary>Log lines of Commerce, event ids 2000 to 2999. None holds names, streets or tokens.</summary>
internal static partial class CommerceLog
{
    [LoggerMessage(2001, LogLevel.Warning, "provider_fallback {ProviderId}: {FallbackMode} quote after {Reason}")]
    public static partial void ProviderFallback(ILogger logger, string providerId, string reason, string fallbackMode);
}
