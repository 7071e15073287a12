using Microsoft.Extensions.Logging;
using Smplat.Core.Payments;

namespace Smplat.Core.Billing;

/// <summary>Log events of Billing, ids 7400 to 7499.</summary>
internal static partial class BillingLog
{
    [LoggerMessage(7401, LogLevel.Information, "Hosted session recovery run {RunId} ({TriggeredBy}) completed: {Scheduled} scheduled, {Notified} notified, {Exhausted} exhausted")]
    public static partial void RecoveryCompleted(
        ILogger logger, Guid runId, string triggeredBy, int scheduled, int notified, int exhausted);

    [LoggerMessage(7402, LogLevel.Error, "Failed to recover hosted session {SessionId}: {Problem}")]
    public static partial void SessionFailed(ILogger logger, Guid sessionId, string problem, Exception exception);

    [LoggerMessage(7403, LogLevel.Warning, "Hosted session {SessionId} was replaced, but its old payment page could not be closed and stays open until it expires: {Problem}")]
    public static partial void OldPageStaysOpen(ILogger logger, Guid sessionId, string problem);

    [LoggerMessage(7404, LogLevel.Error, "Hosted session {SessionId} received {Received} instead of {Expected}; its invoice stays open, and its recovery ends: refund it or settle the invoice manually")]
    public static partial void Mismatched(ILogger logger, Guid sessionId, Money received, Money expected);
}
