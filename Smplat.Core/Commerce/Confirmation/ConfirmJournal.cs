using Microsoft.Extensions.Logging;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>Writes down how confirmations go.</summary>
public sealed class ConfirmJournal(EdgeLog log, TimeProvider clock, ILogger<ConfirmJournal> logger)
{
    public ValueTask EndedAsync(string requestId, ConfirmAnswer answer, long? totalCents, long? commissionCents, int durationMs)
    {
        var isSuccess = answer.Success;
        CommerceLog.Confirmed(
            logger, isSuccess ? "success" : "failure", requestId, answer.Provider?.ToWire(), answer.Error, durationMs);
        return log.WriteAsync(
        [
            Row(isSuccess ? EdgeLogEvents.ConfirmSuccess : EdgeLogEvents.ConfirmFailure, requestId, answer.Provider) with
            {
                Level = isSuccess ? "info" : "error",
                LatencyMs = durationMs,
                TotalCents = totalCents,
                CommissionCents = commissionCents,
                ErrorCode = answer.Error,
                Error = isSuccess ? null : answer.Message,
            },
            .. Failover(requestId, answer),
        ]);
    }

    public ValueTask FailoverAsync(ClaimedSession session, ProviderId from, ProviderId to, string reason)
    {
        CommerceLog.Failover(logger, session.RequestId, from.ToWire(), to.ToWire(), reason);
        return log.WriteAsync(
        [
            Row("commerce.failover_attempt", session.RequestId, to) with
            {
                Level = "warn",
                ErrorCode = reason,
                Payload = $$"""{"failoverFrom":"{{from.ToWire()}}"}""",
            },
        ]);
    }

    private IEnumerable<EdgeLogRow> Failover(string requestId, ConfirmAnswer answer) =>
        answer.FailoverAttempted
            ?
            [
                Row(answer.Success ? EdgeLogEvents.FailoverSuccess : EdgeLogEvents.FailoverFailure, requestId, answer.Provider) with
                {
                    Level = answer.Success ? "info" : "error",
                    ErrorCode = answer.Error,
                },
            ]
            : [];

    private EdgeLogRow Row(string name, string requestId, ProviderId? provider) =>
        new(EdgeLogEvents.ConfirmOrder, clock.GetUtcNow(), name) { RequestId = requestId, ProviderId = provider?.ToWire() };
}
