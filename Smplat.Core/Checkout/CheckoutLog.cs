using Microsoft.Extensions.Logging;

namespace Smplat.Core.Checkout;

/// <summary>Log lines of Checkout, event ids 7200 to 7599.</summary>
internal static partial class CheckoutLog
{
    [LoggerMessage(7201, LogLevel.Information, "Checkout of order {OrderId} swept at {Stage}: {Verdict}, after {Prompts} prompts")]
    public static partial void Swept(ILogger logger, Guid orderId, string stage, SweepVerdict verdict, int prompts);

    [LoggerMessage(7401, LogLevel.Information, "Hosted recovery {RunId} ({TriggeredBy}) completed: {Scheduled} scheduled, {Notified} notified, {Exhausted} exhausted")]
    public static partial void HostedRecovered(
        ILogger logger, Guid runId, string triggeredBy, int scheduled, int notified, int exhausted);

    [LoggerMessage(7402, LogLevel.Error, "Hosted session {SessionId} could not be recovered: {Problem}")]
    public static partial void HostedSessionFailed(ILogger logger, Guid sessionId, string problem, Exception exception);

    [LoggerMessage(7403, LogLevel.Warning, "The page of hosted session {SessionId} was replaced and stays open until it ends by itself: {Problem}")]
    public static partial void OldPageStaysOpen(ILogger logger, Guid sessionId, string problem);
}
