using Microsoft.Extensions.Logging;

namespace Smplat.Core.Guardrails;

/// <summary>Log events of Guardrails, ids 8100 to 8199.</summary>
internal static partial class GuardrailsLog
{
    [LoggerMessage(8101, LogLevel.Information, "Guardrail follow-up {FollowUpId}: {Action} for provider {ProviderId} ({Source})")]
    public static partial void Recorded(ILogger logger, Guid followUpId, string action, string providerId, string source);
}
